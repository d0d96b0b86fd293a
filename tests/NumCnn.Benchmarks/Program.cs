using NumCnn.Benchmarks;
using NumCnn.Benchmarks.Generated;

// What child processes do first is what is measured, so nothing else may be loaded before it.
return args switch
{
    [FirstInference.Command, .. var rest] => FirstInference.RunChild(rest),
    [GeneratorCost.ColdCommand, var file] => GeneratorCost.RunChild(file),
    _ => Commands.Run(args),
};
