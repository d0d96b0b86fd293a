using System.Diagnostics;
using System.Globalization;
using NumCnn.Benchmarks.Measuring;
using NumCnn.NativeStart;

// The first inference of a process that was compiled ahead: the benchmarks start it as they start themselves, and it prints the
// same line: microseconds, the peak in KiB, and the microseconds of each part. The library is in the program, so it takes nothing.
if (args is not ["first", "ours", "lenet5", var weights, ..])
{
    Console.Error.WriteLine("first ours lenet5 FILE");
    return 2;
}

long start = Stopwatch.GetTimestamp();
var network = LeNet5.Load(weights);
double load = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
network.Predict(new float[LeNet5.InputLength], new float[LeNet5.OutputLength]);
double total = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{total} {PeakMemory.Kib()} 0 {load} {total - load}"));
return 0;
