using System.Numerics;

namespace NumCnn;

/// <summary>RMSprop (Hinton, 2012): torch.optim.RMSprop. Epsilon is added after the square root.</summary>
public sealed class RmsProp : Optimizer
{
    private readonly double _alpha;
    private readonly double _epsilon;
    private readonly double _weightDecay;
    private readonly double _momentum;
    private readonly bool _centered;

    /// <summary>Creates the optimizer.</summary>
    /// <param name="learningRate">The learning rate.</param>
    /// <param name="alpha">The decay of the squared gradient's average.</param>
    /// <param name="epsilon">Added to the denominator; above 0.</param>
    /// <param name="weightDecay">Adds this many times the parameters to their gradients.</param>
    /// <param name="momentum">How much of the last step's direction stays.</param>
    /// <param name="centered">Divides by the gradient's estimated deviation instead of its root mean square.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside its range.</exception>
    public RmsProp(double learningRate = 1e-2, double alpha = 0.99, double epsilon = 1e-8, double weightDecay = 0, double momentum = 0, bool centered = false)
        : base(learningRate)
    {
        _alpha = BelowOne(alpha, nameof(alpha));
        // Padding lanes hold 0 everywhere: without epsilon they would become 0 / 0.
        _epsilon = Positive(epsilon, nameof(epsilon));
        _weightDecay = NotNegative(weightDecay, nameof(weightDecay));
        _momentum = NotNegative(momentum, nameof(momentum));
        _centered = centered;
    }

    private protected override int StateCount => _centered ? 3 : _momentum > 0 ? 2 : 1;

    private protected override void Update<T>(State<T> state) =>
        state.Apply(new Formula<T>(LearningRate, _alpha, _epsilon, _weightDecay, _momentum, _centered));

    // State: the squared gradient's average, the momentum, the gradient's average.
    private readonly struct Formula<T>(double learningRate, double alpha, double epsilon, double weightDecay, double momentum, bool centered) : IUpdate<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly Vector<T> _learningRate = new(T.CreateTruncating(learningRate));
        private readonly Vector<T> _alpha = new(T.CreateTruncating(alpha));
        private readonly Vector<T> _rest = new(T.CreateTruncating(1 - alpha));
        private readonly Vector<T> _epsilon = new(T.CreateTruncating(epsilon));
        private readonly Vector<T> _weightDecay = new(T.CreateTruncating(weightDecay));
        private readonly Vector<T> _momentum = new(T.CreateTruncating(momentum));
        private readonly bool _hasMomentum = momentum > 0;

        public Vector<T> Apply(Vector<T> value, Vector<T> gradient, ref Vector<T> first, ref Vector<T> second, ref Vector<T> third)
        {
            gradient += _weightDecay * value;
            first = _alpha * first + _rest * gradient * gradient;
            Vector<T> square = first;
            if (centered)
            {
                third = _alpha * third + _rest * gradient;
                // A variance; rounding can take it just below 0 where gradients hardly change.
                square = Vector.Max(first - third * third, Vector<T>.Zero);
            }

            Vector<T> denominator = Vector.SquareRoot(square) + _epsilon;
            if (!_hasMomentum)
            {
                return value - _learningRate * gradient / denominator;
            }

            second = _momentum * second + gradient / denominator;
            return value - _learningRate * second;
        }
    }
}
