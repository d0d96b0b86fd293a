using Samples.Digits;

return new CommandLine().Invoke(args, options =>
{
    try
    {
        return DigitsApp.Run(options);
    }
    catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException or NumCnn.TrainingDivergedException)
    {
        Console.Error.WriteLine($"digits: {e.Message}");
        return 1;
    }
});
