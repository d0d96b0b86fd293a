using System.Numerics;

namespace NumCnn;

/// <summary>Stochastic gradient descent with momentum: torch.optim.SGD.</summary>
public sealed class Sgd : Optimizer
{
    private readonly double _momentum;
    private readonly double _dampening;
    private readonly bool _nesterov;
    private readonly double _weightDecay;

    /// <summary>Creates the optimizer.</summary>
    /// <param name="learningRate">The learning rate.</param>
    /// <param name="momentum">How much of the last step's direction stays.</param>
    /// <param name="dampening">How much of the gradient is left out of the momentum.</param>
    /// <param name="nesterov">Looks ahead along the momentum; needs momentum, and no dampening.</param>
    /// <param name="weightDecay">Adds this many times the parameters to their gradients (an L2 penalty).</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is negative or not finite.</exception>
    /// <exception cref="ArgumentException">Nesterov without momentum, or with dampening.</exception>
    public Sgd(double learningRate, double momentum = 0, double dampening = 0, bool nesterov = false, double weightDecay = 0)
        : base(learningRate)
    {
        _momentum = NotNegative(momentum, nameof(momentum));
        _dampening = double.IsFinite(dampening) ? dampening : throw new ArgumentOutOfRangeException(nameof(dampening), dampening, "dampening must be finite.");
        _weightDecay = NotNegative(weightDecay, nameof(weightDecay));
        _nesterov = nesterov;
        if (nesterov && (momentum == 0 || dampening != 0))
        {
            throw new ArgumentException("Nesterov momentum needs a momentum above 0 and no dampening.", nameof(nesterov));
        }
    }

    private protected override int StateCount => _momentum == 0 ? 0 : 1;

    private protected override void Update<T>(State<T> state)
    {
        // The first direction is the gradient itself, undamped.
        double share = Steps == 1 ? 1 : 1 - _dampening;
        state.Apply(new Formula<T>(LearningRate, _momentum, share, _nesterov, _weightDecay));
    }

    private readonly struct Formula<T>(double learningRate, double momentum, double share, bool nesterov, double weightDecay) : IUpdate<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly Vector<T> _learningRate = new(T.CreateTruncating(learningRate));
        private readonly Vector<T> _momentum = new(T.CreateTruncating(momentum));
        private readonly Vector<T> _share = new(T.CreateTruncating(share));
        private readonly Vector<T> _weightDecay = new(T.CreateTruncating(weightDecay));
        private readonly bool _hasMomentum = momentum != 0;

        public Vector<T> Apply(Vector<T> value, Vector<T> gradient, ref Vector<T> first, ref Vector<T> second, ref Vector<T> third)
        {
            Vector<T> direction = gradient + _weightDecay * value;
            if (_hasMomentum)
            {
                first = _momentum * first + _share * direction;
                direction = nesterov ? direction + _momentum * first : first;
            }

            return value - _learningRate * direction;
        }
    }
}
