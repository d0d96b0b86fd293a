using System.Globalization;
using NumCnn.Gen.Schedule;
using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Emit;

/// <summary>How an expression is written for a target: plain elements, Vector, or Vector512.</summary>
internal sealed class VectorText
{
    private readonly Target _target;
    private readonly bool _single;

    public VectorText(Target target)
    {
        _target = target;
        _single = target.Type == DType.Float32;
    }

    /// <summary>Some address counts in vectors, so that the code needs their length.</summary>
    public bool UsesWidth { get; private set; }

    /// <summary>The C# name of the element type.</summary>
    public string Element => _single ? "float" : "double";

    /// <summary>The type of locals.</summary>
    public string Local => _target.Kind switch
    {
        VectorKind.Variable => $"Vector<{Element}>",
        VectorKind.Fixed512 => $"Vector512<{Element}>",
        _ => Element,
    };

    private string Class => _target.Kind == VectorKind.Fixed512 ? "Vector512" : "Vector";

    public string Write(Code code) => code switch
    {
        LocalCode local => local.Name,
        ScalarCode scalar => _target.Kind == VectorKind.None ? scalar.Name : $"{Class}.Create({scalar.Name})",
        ConstantCode constant => Constant(constant.Value),
        LoadCode load => Load(load),
        InsideCode inside => $"{Class}.ConditionalSelect({inside.Mask}, {Write(inside.Value)}, {Local}.Zero)",
        MaskCode mask => Mask(mask),
        _ => Operation((OperationCode)code),
    };

    public string Store(MemoryOperand target, Code value, bool isVector)
        => _target.Kind == VectorKind.None || !isVector
            ? $"{ElementAt(target)} = {Write(value)};"
            : $"{Class}.StoreUnsafe({Write(value)}, {Place(target)});";

    /// <summary>A literal of the element type.</summary>
    public string Number(double value)
    {
        if (double.IsNaN(value) || double.IsInfinity(value))
        {
            return $"{Element}.{(double.IsNaN(value) ? "NaN" : value > 0 ? "PositiveInfinity" : "NegativeInfinity")}";
        }

        if (_single)
        {
            float single = (float)value;
            string text = single.ToString("G7", CultureInfo.InvariantCulture);
            return (float.Parse(text, CultureInfo.InvariantCulture) == single ? text : single.ToString("G9", CultureInfo.InvariantCulture)) + "f";
        }

        string precise = value.ToString("G15", CultureInfo.InvariantCulture);
        return (double.Parse(precise, CultureInfo.InvariantCulture) == value ? precise : value.ToString("G17", CultureInfo.InvariantCulture)) + "d";
    }

    private string Constant(double value)
        => _target.Kind == VectorKind.None ? Number(value) : value == 0 ? $"{Local}.Zero" : $"{Class}.Create({Number(value)})";

    private string Load(LoadCode load) => load.Kind switch
    {
        LoadKind.Vector => $"{Class}.LoadUnsafe({Place(load.Operand)})",
        LoadKind.Broadcast => $"{Class}.Create({ElementAt(load.Operand)})",
        _ => ElementAt(load.Operand),
    };

    public string ElementAt(MemoryOperand operand) => operand.FromStart == 0
        ? operand.Start.Name
        : FormattableString.Invariant($"Unsafe.Add(ref {operand.Start.Name}, {operand.FromStart})");

    /// <summary>A ref and an element offset, as LoadUnsafe and StoreUnsafe take them.</summary>
    private string Place(MemoryOperand operand)
    {
        int displacement = operand.FromStart;
        string vectors = string.Empty;
        if (operand.Vectors > 0)
        {
            if (_target.Kind == VectorKind.Fixed512)
            {
                displacement += operand.Vectors * _target.Block;
            }
            else
            {
                UsesWidth = true;
                vectors = operand.Vectors == 1 ? "W" : FormattableString.Invariant($"{operand.Vectors} * W");
            }
        }

        if (displacement < 0)
        {
            string moved = FormattableString.Invariant($"ref Unsafe.Add(ref {operand.Start.Name}, {displacement})");
            return vectors.Length == 0 ? moved : $"{moved}, {vectors}";
        }

        string offset = displacement == 0 ? vectors
            : vectors.Length == 0 ? displacement.ToString(CultureInfo.InvariantCulture)
            : FormattableString.Invariant($"{displacement} + {(operand.Vectors == 1 ? vectors : $"({vectors})")}");
        return offset.Length == 0 ? $"ref {operand.Start.Name}" : $"ref {operand.Start.Name}, {offset}";
    }

    private string Mask(MaskCode inside)
    {
        string count;
        if (inside.Lanes is null && inside.Vectors == 0)
        {
            count = Number(inside.Count);
        }
        else
        {
            // Lanes that are left when the loop and the vectors before this one have had theirs.
            var terms = new List<string> { inside.Count.ToString(CultureInfo.InvariantCulture) };
            if (inside.Lanes is not null)
            {
                terms.Add($"(int){inside.Lanes.Name}");
            }

            if (inside.Vectors > 0)
            {
                terms.Add(inside.Vectors == 1 ? $"{Local}.Count" : FormattableString.Invariant($"({inside.Vectors} * {Local}.Count)"));
            }

            count = $"({Element})({string.Join(" - ", terms)})";
        }

        return $"{Class}.LessThan<{Element}>({Local}.Indices, {Class}.Create({count}))";
    }

    private string Operation(OperationCode operation)
    {
        string[] operands = [.. operation.Operands.Select(Write)];
        return _target.Kind == VectorKind.None ? Scalar(operation, operands) : Vector(operation, operands);
    }

    private string Scalar(OperationCode operation, string[] a)
    {
        string math = _single ? "MathF" : "Math";
        string bits = _single ? "Int32" : "Int64";
        string name = _single ? "Single" : "Double";
        return operation.Code switch
        {
            OpCode.Add => $"({a[0]} + {a[1]})",
            OpCode.Subtract => $"({a[0]} - {a[1]})",
            OpCode.Multiply => $"({a[0]} * {a[1]})",
            OpCode.Divide => $"({a[0]} / {a[1]})",
            OpCode.Negate => $"(-{a[0]})",
            OpCode.MultiplyAdd => $"{Element}.MultiplyAddEstimate({a[0]}, {a[1]}, {a[2]})",
            OpCode.Max => $"{math}.Max({a[0]}, {a[1]})",
            // The types' own MaxNative and MinNative came with .NET 10 only.
            OpCode.MaxNative => $"({a[0]} > {a[1]} ? {a[0]} : {a[1]})",
            OpCode.MinNative => $"({a[0]} < {a[1]} ? {a[0]} : {a[1]})",
            OpCode.Abs => $"{math}.Abs({a[0]})",
            OpCode.Sqrt => $"{math}.Sqrt({a[0]})",
            OpCode.Log => $"{math}.Log({a[0]})",
            OpCode.SelectGreater => $"({a[0]} > {a[1]} ? {a[2]} : {a[3]})",
            OpCode.SelectEqual => $"({a[0]} == {a[1]} ? {a[2]} : {a[3]})",
            _ => $"BitConverter.{bits}BitsTo{name}(BitConverter.{name}To{bits}Bits({a[0]}) + (BitConverter.{name}To{bits}Bits({a[1]}) << {(_single ? 23 : 52)}))",
        };
    }

    private string Vector(OperationCode operation, string[] a) => operation.Code switch
    {
        OpCode.Add => $"({a[0]} + {a[1]})",
        OpCode.Subtract => $"({a[0]} - {a[1]})",
        OpCode.Multiply => $"({a[0]} * {a[1]})",
        OpCode.Divide => $"({a[0]} / {a[1]})",
        OpCode.Negate => $"(-{a[0]})",
        OpCode.MultiplyAdd => $"{Class}.MultiplyAddEstimate({a[0]}, {a[1]}, {a[2]})",
        OpCode.Max => $"{Class}.Max({a[0]}, {a[1]})",
        OpCode.MaxNative => $"{Class}.MaxNative({a[0]}, {a[1]})",
        OpCode.MinNative => $"{Class}.MinNative({a[0]}, {a[1]})",
        OpCode.Abs => $"{Class}.Abs({a[0]})",
        OpCode.Sqrt => _target.Kind == VectorKind.Fixed512 ? $"Vector512.Sqrt({a[0]})" : $"Vector.SquareRoot({a[0]})",
        OpCode.SelectGreater => $"{Class}.ConditionalSelect({Class}.GreaterThan({a[0]}, {a[1]}), {a[2]}, {a[3]})",
        OpCode.SelectEqual => $"{Class}.ConditionalSelect({Class}.Equals({a[0]}, {a[1]}), {a[2]}, {a[3]})",
        OpCode.ScaleByPowerOfTwo => ScaleByPowerOfTwo(a),
        _ => throw new InvalidOperationException($"{operation.Code} has no vector form."),
    };

    private string ScaleByPowerOfTwo(string[] a)
    {
        int shift = _single ? 23 : 52;
        if (_target.Kind == VectorKind.Fixed512)
        {
            string integer = _single ? "Int32" : "Int64";
            return $"({a[0]}.As{integer}() + Vector512.ShiftLeft(({a[1]}).As{integer}(), {shift})).As{(_single ? "Single" : "Double")}()";
        }

        string bits = _single ? "Int32" : "Int64";
        return $"Vector.AsVector{(_single ? "Single" : "Double")}(Vector.AsVector{bits}({a[0]}) + Vector.ShiftLeft(Vector.AsVector{bits}({a[1]}), {shift}))";
    }
}
