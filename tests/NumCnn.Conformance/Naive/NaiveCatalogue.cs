namespace NumCnn.Conformance.Naive;

/// <summary>The reference layer of each kind.</summary>
internal static class NaiveCatalogue
{
    public static NaiveLayer Create(NaiveOptions options, string name, string[] sources, NaiveNetwork network)
    {
        return options.Kind switch
        {
            "conv2d" => new NaiveConv2d { Options = options, Name = name, Sources = sources, Network = network },
            "conv_transpose2d" => new NaiveConvTranspose2d { Options = options, Name = name, Sources = sources, Network = network },
            "linear" => new NaiveLinear { Options = options, Name = name, Sources = sources, Network = network },
            "max_pool2d" or "global_max_pool2d" => new NaiveMaxPool2d { Options = options, Name = name, Sources = sources, Network = network },
            "avg_pool2d" => new NaiveAvgPool2d { Options = options, Name = name, Sources = sources, Network = network },
            "adaptive_avg_pool2d" or "global_avg_pool2d" => new NaiveAdaptiveAvgPool2d { Options = options, Name = name, Sources = sources, Network = network },
            "batch_norm2d" or "batch_norm1d" => new NaiveBatchNorm { Options = options, Name = name, Sources = sources, Network = network },
            "layer_norm" or "group_norm" or "instance_norm2d" => new NaiveSampleNorm { Options = options, Name = name, Sources = sources, Network = network },
            "prelu" => new NaivePrelu { Options = options, Name = name, Sources = sources, Network = network },
            "softmax" => new NaiveSoftmax { Options = options, Name = name, Sources = sources, Network = network },
            "log_softmax" => new NaiveLogSoftmax { Options = options, Name = name, Sources = sources, Network = network },
            "flatten" or "reshape" or "identity" or "dropout" => new NaiveReshape { Options = options, Name = name, Sources = sources, Network = network },
            "upsample" => new NaiveUpsample { Options = options, Name = name, Sources = sources, Network = network },
            "pixel_shuffle" => new NaivePixelShuffle { Options = options, Name = name, Sources = sources, Network = network },
            "pad2d" => new NaivePad2d { Options = options, Name = name, Sources = sources, Network = network },
            "add" => new NaiveAdd { Options = options, Name = name, Sources = sources, Network = network },
            "mul" => new NaiveMul { Options = options, Name = name, Sources = sources, Network = network },
            "concat" => new NaiveConcat { Options = options, Name = name, Sources = sources, Network = network },
            _ => new NaiveActivation { Options = options, Name = name, Sources = sources, Network = network },
        };
    }
}
