using NumCnn;
using Samples.Digits.Data;

namespace Samples.Digits.Training;

/// <summary>What a network answers for one image.</summary>
/// <param name="Index">The image.</param>
/// <param name="Truth">The digit that it shows.</param>
/// <param name="Answer">The digit with the highest score.</param>
/// <param name="Confidence">The probability of the answer, from 0 to 1.</param>
/// <param name="TruthProbability">The probability of the digit that it shows.</param>
internal sealed record Reading(int Index, int Truth, int Answer, double Confidence, double TruthProbability);

/// <summary>A network's answers for a whole set.</summary>
internal sealed class Readings
{
    private Readings(IReadOnlyList<Reading> all)
    {
        All = all;
        Correct = all.Count(r => r.Answer == r.Truth);
        foreach (Reading reading in all)
        {
            Confusion[reading.Truth, reading.Answer]++;
        }
    }

    /// <summary>One reading an image, in the set's order.</summary>
    public IReadOnlyList<Reading> All { get; }

    /// <summary>Counts by [true digit, answer].</summary>
    public int[,] Confusion { get; } = new int[DigitSet.Classes, DigitSet.Classes];

    /// <summary>How many answers are right.</summary>
    public int Correct { get; }

    /// <summary>The share of right answers, from 0 to 1.</summary>
    public double Accuracy => (double)Correct / All.Count;

    /// <summary>Has the network read every image.</summary>
    /// <param name="network">Gives ten scores (logits) an image.</param>
    /// <param name="set">The images.</param>
    /// <exception cref="InvalidDataException">A score is not a number: the weights are damaged or the training diverged.</exception>
    public static Readings Of(IPredictor<float> network, DigitSet set)
    {
        float[] scores = new float[set.Count * DigitSet.Classes];
        network.Predict(set.ToInputs(), scores);
        var readings = new Reading[set.Count];
        Span<double> probabilities = stackalloc double[DigitSet.Classes];
        for (int i = 0; i < set.Count; i++)
        {
            Softmax(scores.AsSpan(i * DigitSet.Classes, DigitSet.Classes), probabilities);
            int answer = 0;
            for (int digit = 1; digit < DigitSet.Classes; digit++)
            {
                answer = probabilities[digit] > probabilities[answer] ? digit : answer;
            }

            if (!double.IsFinite(probabilities[answer]))
            {
                throw new InvalidDataException($"The network's scores for test image {i} are not numbers.");
            }

            readings[i] = new Reading(i, set.Labels[i], answer, probabilities[answer], probabilities[set.Labels[i]]);
        }

        return new Readings(readings);
    }

    private static void Softmax(ReadOnlySpan<float> scores, Span<double> probabilities)
    {
        double highest = scores[0];
        foreach (float score in scores)
        {
            highest = Math.Max(highest, score);
        }

        double sum = 0;
        for (int i = 0; i < scores.Length; i++)
        {
            sum += probabilities[i] = Math.Exp(scores[i] - highest);
        }

        for (int i = 0; i < scores.Length; i++)
        {
            probabilities[i] /= sum;
        }
    }
}
