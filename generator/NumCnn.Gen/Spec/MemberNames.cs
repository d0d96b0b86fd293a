using System.Text;

namespace NumCnn.Gen.Spec;

/// <summary>The C# names that layers' names become.</summary>
internal static class MemberNames
{
    /// <summary><c>conv1</c> becomes <c>Conv1</c>, <c>batch_norm1</c> <c>BatchNorm1</c>, <c>layer1.0.conv1</c> <c>Layer1_0_Conv1</c>, <c>0</c> <c>_0</c>.</summary>
    public static string Of(string layerName)
    {
        var text = new StringBuilder(layerName.Length + 1);
        var upper = true;
        foreach (var c in layerName)
        {
            switch (c)
            {
                case '.':
                    text.Append('_');
                    upper = true;
                    break;
                case '_':
                    // An underscore between digits stays, or relu6_1 and relu_61 would be one.
                    upper = true;
                    if (text.Length > 0 && char.IsDigit(text[text.Length - 1]))
                    {
                        text.Append('_');
                    }

                    break;
                default:
                    text.Append(upper ? char.ToUpperInvariant(c) : c);
                    upper = false;
                    break;
            }
        }

        if (text.Length == 0 || char.IsDigit(text[0]))
        {
            text.Insert(0, '_');
        }

        return text.ToString();
    }
}
