using System.Numerics;

namespace NumCnn;

/// <summary>Adam (Kingma and Ba, 2015): torch.optim.Adam, without amsgrad. Weight decay goes through the averages; <see cref="AdamW"/> decouples it.</summary>
/// <param name="learningRate">The learning rate.</param>
/// <param name="beta1">The decay of the gradient's average.</param>
/// <param name="beta2">The decay of the squared gradient's average.</param>
/// <param name="epsilon">Added to the denominator; above 0.</param>
/// <param name="weightDecay">Adds this many times the parameters to their gradients.</param>
/// <exception cref="ArgumentOutOfRangeException">A value is outside its range.</exception>
public sealed class Adam(double learningRate = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8, double weightDecay = 0)
    : AdamBase(learningRate, beta1, beta2, epsilon, weightDecay, isDecoupled: false);

/// <summary>Adam with decoupled weight decay (Loshchilov and Hutter, 2019): torch.optim.AdamW, without amsgrad.</summary>
/// <param name="learningRate">The learning rate.</param>
/// <param name="beta1">The decay of the gradient's average.</param>
/// <param name="beta2">The decay of the squared gradient's average.</param>
/// <param name="epsilon">Added to the denominator; above 0.</param>
/// <param name="weightDecay">Shrinks the parameters by this share of the learning rate in each step.</param>
/// <exception cref="ArgumentOutOfRangeException">A value is outside its range.</exception>
public sealed class AdamW(double learningRate = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8, double weightDecay = 1e-2)
    : AdamBase(learningRate, beta1, beta2, epsilon, weightDecay, isDecoupled: true);

/// <summary>What <see cref="Adam"/> and <see cref="AdamW"/> share.</summary>
public abstract class AdamBase : Optimizer
{
    private readonly double _beta1;
    private readonly double _beta2;
    private readonly double _epsilon;
    private readonly double _weightDecay;
    private readonly bool _isDecoupled;

    private protected AdamBase(double learningRate, double beta1, double beta2, double epsilon, double weightDecay, bool isDecoupled)
        : base(learningRate)
    {
        _beta1 = BelowOne(beta1, nameof(beta1));
        _beta2 = BelowOne(beta2, nameof(beta2));
        // Padding lanes hold 0 everywhere: without epsilon they would become 0 / 0.
        _epsilon = Positive(epsilon, nameof(epsilon));
        _weightDecay = NotNegative(weightDecay, nameof(weightDecay));
        _isDecoupled = isDecoupled;
    }

    private protected sealed override int StateCount => 2;

    private protected sealed override void Update<T>(State<T> state)
    {
        double keep = _isDecoupled ? 1 - LearningRate * _weightDecay : 1;
        double penalty = _isDecoupled ? 0 : _weightDecay;
        double step = LearningRate / (1 - Math.Pow(_beta1, Steps));
        double correction = Math.Sqrt(1 - Math.Pow(_beta2, Steps));
        state.Apply(new Formula<T>(keep, penalty, _beta1, _beta2, step, correction, _epsilon));
    }

    private readonly struct Formula<T>(double keep, double penalty, double beta1, double beta2, double step, double correction, double epsilon) : IUpdate<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly Vector<T> _keep = new(T.CreateTruncating(keep));
        private readonly Vector<T> _penalty = new(T.CreateTruncating(penalty));
        private readonly Vector<T> _beta1 = new(T.CreateTruncating(beta1));
        private readonly Vector<T> _rest1 = new(T.CreateTruncating(1 - beta1));
        private readonly Vector<T> _beta2 = new(T.CreateTruncating(beta2));
        private readonly Vector<T> _rest2 = new(T.CreateTruncating(1 - beta2));
        private readonly Vector<T> _step = new(T.CreateTruncating(step));
        private readonly Vector<T> _correction = new(T.CreateTruncating(correction));
        private readonly Vector<T> _epsilon = new(T.CreateTruncating(epsilon));

        public Vector<T> Apply(Vector<T> value, Vector<T> gradient, ref Vector<T> first, ref Vector<T> second, ref Vector<T> third)
        {
            gradient += _penalty * value;
            first = _beta1 * first + _rest1 * gradient;
            second = _beta2 * second + _rest2 * gradient * gradient;
            Vector<T> denominator = Vector.SquareRoot(second) / _correction + _epsilon;
            return _keep * value - _step * first / denominator;
        }
    }
}
