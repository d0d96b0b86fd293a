using System.Numerics;

namespace NumCnn.Onnx.Layers;

/// <summary>Activations that opset 17 has no operator of, or whose options are tensors there.</summary>
internal static class Activations
{
    public static void Relu6<T>(LayerScope<T> scope)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => scope.EmitFrom("Clip", [scope.Input, scope.Scalar("minimum", 0), scope.Scalar("maximum", 6)]);

    /// <summary>In the form in which runtimes recognise it: x / √2, erf, + 1, · x, · ½.</summary>
    public static void Gelu<T>(LayerScope<T> scope)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        string phi;
        if (scope.Text("approximate") == "tanh")
        {
            string squared = scope.Step("Mul", "squared", [scope.Input, scope.Input]);
            string cubed = scope.Step("Mul", "cubed", [squared, scope.Input]);
            string share = scope.Step("Mul", "share", [cubed, scope.Scalar("cubic", 0.044715)]);
            string sum = scope.Step("Add", "sum", [scope.Input, share]);
            phi = scope.Step("Tanh", "tanh", [scope.Step("Mul", "argument", [sum, scope.Scalar("slope", Math.Sqrt(2 / Math.PI))])]);
        }
        else
        {
            phi = scope.Step("Erf", "erf", [scope.Step("Div", "argument", [scope.Input, scope.Scalar("root2", Math.Sqrt(2))])]);
        }

        string shifted = scope.Step("Add", "shifted", [phi, scope.Scalar("one", 1)]);
        string scaled = scope.Step("Mul", "scaled", [scope.Input, shifted]);
        scope.EmitFrom("Mul", [scaled, scope.Scalar("half", 0.5)]);
    }

    public static void Silu<T>(LayerScope<T> scope)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => scope.EmitFrom("Mul", [scope.Input, scope.Step("Sigmoid", "sigmoid", [scope.Input])]);

    public static void Mish<T>(LayerScope<T> scope)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => scope.EmitFrom("Mul", [scope.Input, scope.Step("Tanh", "tanh", [scope.Step("Softplus", "softplus", [scope.Input])])]);

    public static void Softplus<T>(LayerScope<T> scope)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double beta = scope.Number("beta");
        double threshold = scope.Number("threshold");

        // Beyond this, log(1 + exp(x)) is x in float32 anyway.
        bool isLinearAnyway = typeof(T) == typeof(float) && threshold >= 20;
        if (beta == 1 && isLinearAnyway)
        {
            scope.Emit("Softplus");
            return;
        }

        string argument = scope.Step("Mul", "argument", [scope.Input, scope.Scalar("beta", beta)]);
        string softplus = scope.Step("Softplus", "softplus", [argument]);
        if (isLinearAnyway)
        {
            scope.EmitFrom("Div", [softplus, scope.Scalar("divisor", beta)]);
            return;
        }

        string scaled = scope.Step("Div", "scaled", [softplus, scope.Scalar("divisor", beta)]);
        string isLinear = scope.Step("Greater", "is_linear", [argument, scope.Scalar("threshold", threshold)]);
        scope.EmitFrom("Where", [isLinear, scope.Input, scaled]);
    }

    public static void Prelu<T>(LayerScope<T> scope)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => scope.EmitFrom("PRelu", [scope.Input, scope.Parameter("weight", [scope.Int("num_parameters"), .. scope.InputShape.Skip(1).Select(static _ => 1)])]);
}
