namespace NumCnn;

internal static class StableMath
{
    /// <summary>log(1 + x), exact to a few units in the last place for small x too (W. Kahan's correction of the rounded sum).</summary>
    public static double LogOnePlus(double x)
    {
        double sum = 1 + x;
        return sum == 1 ? x : double.IsInfinity(sum) || sum <= 0 ? Math.Log(sum) : Math.Log(sum) * (x / (sum - 1));
    }
}
