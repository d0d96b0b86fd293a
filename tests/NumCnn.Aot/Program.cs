using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using NumCnn;
using NumCnn.Aot;
using NumCnn.Random;

// Trains each network for a few steps, saves and loads it, and prints a line: its name, the kernels that it took, and every number
// that came out. The packaging tests run this program under the just-in-time compiler and published as native code, and compare.
const int Samples = 6, Steps = 4;
string file = Path.Combine(Path.GetTempPath(), $"numcnn-{Guid.NewGuid():N}.safetensors");
try
{
    var residual = new Residual();
    int[] labels = [0, 1, 2, 3, 4, 0];
    Train(residual, labels);
    residual.Save(file);
    Print(residual, Residual.Load(file));

    var smooth = new Smooth();
    Train(smooth, Draw<double>(Samples * Smooth.OutputLength, 2));
    smooth.Save(file);
    Print(smooth, Smooth.Load(file));
}
finally
{
    File.Delete(file);
}

static void Train<T, TTarget>(ITrainable<T, TTarget> network, TTarget[] targets)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TTarget : unmanaged
{
    network.Training = true;
    var optimizer = new Sgd(learningRate: 0.1, momentum: 0.9);
    T[] input = Draw<T>(Samples * network.Info.InputLength, 1);
    for (int step = 0; step < Steps; step++)
    {
        network.Forward(input);
        network.Loss(targets, out ReadOnlySpan<T> gradient);
        network.Backward(gradient);
        optimizer.Step(network);
    }
}

static void Print<T>(CompiledPredictor<T> trained, IPredictor<T> loaded)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    NetworkInfo info = loaded.Info;
    T[] output = new T[Samples * info.OutputLength];
    loaded.Predict(Draw<T>(Samples * info.InputLength, 5), output);
    double[] numbers = [.. trained.Parameters.SelectMany(static parameter => parameter.ToArray()).Concat(output).Select(double.CreateChecked)];
    string bits = Convert.ToBase64String(MemoryMarshal.AsBytes<double>(numbers));
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{info.Name} {trained.KernelFamily} {bits}"));
}

static T[] Draw<T>(int count, uint seed)
    where T : unmanaged, INumberBase<T>
    => Array.ConvertAll(new RandomState(seed).Rand(count), static value => T.CreateTruncating((2 * value) - 1));
