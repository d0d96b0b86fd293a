using System.Globalization;

namespace NumCnn.Gen.Spec;

/// <summary>The forms of numbers: decimal, with an optional minus, fraction and exponent. What else YAML's versions read as a number is refused by name.</summary>
internal static class Numerals
{
    /// <summary>-?(0|[1-9][0-9]*)</summary>
    public static bool IsInteger(string text) => text.Length > 0 && SkipInteger(text) == text.Length;

    /// <summary>An integer with an optional fraction and exponent.</summary>
    public static bool IsNumber(string text)
    {
        var at = SkipInteger(text);
        if (at < 0)
        {
            return false;
        }

        if (at < text.Length && text[at] == '.')
        {
            var fraction = at + 1;
            at = SkipDigits(text, fraction);
            if (at == fraction)
            {
                return false;
            }
        }

        if (at < text.Length && text[at] is 'e' or 'E')
        {
            var exponent = at + 1;
            if (exponent < text.Length && text[exponent] is '+' or '-')
            {
                exponent++;
            }

            at = SkipDigits(text, exponent);
            if (at == exponent)
            {
                return false;
            }
        }

        return at == text.Length;
    }

    /// <summary>The value of a number's text; infinite if it is too large for a double.</summary>
    public static double Parse(string text)
    {
        try
        {
            return double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
        }
        catch (OverflowException)
        {
            // .NET Framework throws where .NET returns infinity, and the compiler may run on either.
            return double.PositiveInfinity;
        }
    }

    /// <summary>What is wrong with a text that some YAML reader would take for a number or a boolean; null if none would.</summary>
    public static string? AmbiguityOf(string text)
    {
        switch (text.ToLowerInvariant())
        {
            case "true" or "false" or "yes" or "no" or "on" or "off" or "y" or "n":
                return "is a boolean in some versions of YAML only: write true or false";
            case ".inf" or "-.inf" or "+.inf" or "inf" or "-inf" or "+inf" or "infinity" or "-infinity" or ".nan" or "nan":
                return "is not finite";
            default:
                break;
        }

        if (text.Length > 64 || !text.Any(IsDigit) || !text.All(c => IsDigit(c) || c is >= 'a' and <= 'f' or >= 'A' and <= 'F' or 'x' or 'X' or 'o' or '_' or '.' or '+' or '-'))
        {
            return null;
        }

        var digits = text.TrimStart('+', '-');
        if (digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase) || digits.StartsWith("0o", StringComparison.Ordinal) || digits.StartsWith("0b", StringComparison.Ordinal))
        {
            return "is not decimal";
        }

        if (text.IndexOf('_') >= 0 && IsDigit(digits.Length > 0 ? digits[0] : ' '))
        {
            return "has underscores";
        }

        if (text[0] == '+' && IsNumber(text.Substring(1)))
        {
            return "has a plus sign";
        }

        if (digits.Length > 1 && digits[0] == '0' && IsDigit(digits[1]) && digits.All(IsDigit))
        {
            return "has leading zeros";
        }

        return IsNumber("0" + digits) || IsNumber(digits + "0") ? "lacks a digit beside its point" : null;
    }

    private static int SkipInteger(string text)
    {
        var start = text.Length > 0 && text[0] == '-' ? 1 : 0;
        var end = SkipDigits(text, start);
        return end == start || (text[start] == '0' && end > start + 1) ? -1 : end;
    }

    private static int SkipDigits(string text, int at)
    {
        while (at < text.Length && IsDigit(text[at]))
        {
            at++;
        }

        return at;
    }

    // Not char.IsDigit, which also takes the digits of other scripts.
    private static bool IsDigit(char c) => c is >= '0' and <= '9';
}
