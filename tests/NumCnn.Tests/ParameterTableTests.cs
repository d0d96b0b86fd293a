namespace NumCnn.Tests;

/// <summary>The table of parameters that a generated class holds as text.</summary>
public class ParameterTableTests
{
    private const string Rows = """
        conv1.weight  [6, 1, 5, 5]  0    [16, 1] [1, 16] [5, 80] [5, 16]  trained    uniform 0.081649658092772609
        größe.bias    [20]          400  [2, 96, 16, 1]                   trained    normal 1E-05
        running_var   [6]           464  [6, 1]                           untrained  constant -0
        given         [2, 2]        480  [2, 2] [2, 1]                    trained    literal 1 -2.5 NaN -Infinity
        one           [16, 1]       496  [16, 1] []                       trained    constant 0
        """;

    [Fact]
    public void Every_part_of_a_row_is_read()
    {
        var parameters = ParameterTable.Read(Rows);
        Assert.Equal(["conv1.weight", "größe.bias", "running_var", "given", "one"], parameters.Select(static parameter => parameter.Name));
        Assert.Equal([[6, 1, 5, 5], [20], [6], [2, 2], [16, 1]], parameters.Select(static parameter => parameter.Shape));
        Assert.Equal([0, 400, 464, 480, 496], parameters.Select(static parameter => parameter.Offset));
        Assert.Equal([[16, 1], [1, 16], [5, 80], [5, 16]], parameters[0].Layout);
        Assert.Equal([[2, 96, 16, 1]], parameters[1].Layout);
        Assert.Equal([[16, 1], []], parameters[4].Layout);
        Assert.Equal([true, true, false, true, true], parameters.Select(static parameter => parameter.Trainable));
        Assert.Equal(new Initializer.Uniform(0.081649658092772609), parameters[0].Initializer);
        Assert.Equal(new Initializer.Normal(1e-5), parameters[1].Initializer);
        Assert.True(double.IsNegative(((Initializer.Constant)parameters[2].Initializer).Value));
        Assert.Equal([1, -2.5, double.NaN, double.NegativeInfinity], ((Initializer.Literal)parameters[3].Initializer).Values);
    }

    [Fact]
    public void Asking_for_the_first_values_changes_no_row()
    {
        var parameter = ParameterTable.Read(Rows)[0];
        int hash = parameter.GetHashCode();
        Assert.Equal(parameter.Initializer, parameter.Initializer);
        Assert.Equal(hash, parameter.GetHashCode());
    }

    [Fact]
    public void Neither_spaces_nor_the_ends_of_lines_matter()
    {
        Assert.Empty(ParameterTable.Read(" \r\n "));
        var parameters = ParameterTable.Read("\r\n a [1]   7 [1, 1]  trained  constant 3\r\n\r\n\tb [1] 8 [1, 1] trained constant 4");
        Assert.Equal([("a", 7, new Initializer.Constant(3)), ("b", 8, new Initializer.Constant(4))], parameters.Select(static parameter => (parameter.Name, parameter.Offset, (Initializer.Constant)parameter.Initializer)));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("a [1]")]
    [InlineData("a [1] 0 [1, 1]")]
    [InlineData("a [1] 0 [1, 1] yes constant 0")]
    [InlineData("a [1 0 [1, 1] trained constant 0")]
    [InlineData("a 1] 0 [1, 1] trained constant 0")]
    [InlineData("a [] 0 [1, 1] trained constant 0")]
    [InlineData("a [-1] 0 [1, 1] trained constant 0")]
    [InlineData("a [1] x [1, 1] trained constant 0")]
    [InlineData("a [1] 0 [1,, 1] trained constant 0")]
    public void Another_text_is_no_table(string rows) => Assert.Throws<FormatException>(() => ParameterTable.Read(rows));

    [Theory]
    [InlineData("gamma 1")]
    [InlineData("constant")]
    [InlineData("constant one")]
    [InlineData("uniform 1 2")]
    [InlineData("literal")]
    [InlineData("")]
    public void First_values_have_a_kind_and_its_numbers(string text)
    {
        var parameter = Assert.Single(ParameterTable.Read("a [1] 0 [1, 1] trained " + text));
        Assert.Throws<FormatException>(() => parameter.Initializer);
    }
}
