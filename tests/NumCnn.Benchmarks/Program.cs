using NumCnn.Benchmarks;

// The child process of a first inference measures itself, so nothing else may be loaded before it.
return args is [FirstInference.Command, .. var rest] ? FirstInference.RunChild(rest) : Commands.Run(args);
