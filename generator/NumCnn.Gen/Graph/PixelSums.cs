using NumCnn.Gen.Schedule;

namespace NumCnn.Gen.Graph;

/// <summary>
/// Sums over the pixels of each channel. Where a value lies channels last, lanes run over channels and each row has a sum of its own,
/// so that several are on their way at a time; where it lies in rows, each sum has a block of lanes over columns. Both are added
/// up in a fixed order.
/// </summary>
internal sealed class PixelSums
{
    /// <summary>Fewer rows than this gain nothing from sums of their own.</summary>
    private const int FewestRows = 8;

    private readonly Value _value;
    private readonly int _block;
    private readonly Nest _sums;
    private readonly Nest _fold;
    private readonly Affine _channel;
    private readonly Affine _place;
    private readonly Affine _foldChannel;
    private readonly Affine _foldPlace;
    private readonly Affine _row;
    private readonly Affine _column;
    private readonly int _partials;
    private readonly List<(Storage Storage, string Role)> _roles = [];

    public PixelSums(string title, Value value, int block)
    {
        _value = value;
        _block = block;
        _sums = new Nest { Title = title };
        _fold = new Nest { Title = title };
        var i = new Axis("i", value.Shape.Rows);
        _row = i;
        if (value.Phases == 0)
        {
            bool inRows = value.Shape.Rows >= FewestRows;
            int pitch = ParameterTensor.Padded(value.Shape.Channels, block);
            _partials = inRows ? value.Shape.Rows * pitch : 0;
            if (inRows)
            {
                _sums.Parallel.Add(i);
                _sums.Tile.Add(i);
            }
            else
            {
                _sums.Reduction.Add(i);
            }

            var channels = new ChannelAxes("c", value.Shape.Channels, block, blocked: false);
            channels.AddTo(_sums);
            _sums.Block = null;
            var j = new Axis("j", value.Shape.Columns);
            _sums.Reduction.Add(j);
            var all = new ChannelAxes("c", value.Shape.Channels, block, blocked: false);
            all.AddTo(_fold);
            _fold.Block = null;
            var rows = new Axis("i", value.Shape.Rows);
            _fold.Reduction.Add(rows);
            (_channel, _place, _foldChannel, _column) = (channels.Index.Index, (i * pitch) + channels.Index.Index, all.Index.Index, j);
            _foldPlace = (rows * pitch) + all.Index.Index;
            return;
        }

        _sums.Reduction.Add(i);
        var c = new Axis("c", value.Shape.Channels);
        var l = new Axis("l", block);
        _sums.Parallel.AddRange([c, l]);
        _sums.Lane = l;
        _sums.Tile.Add(c);
        var k = new Axis("k", ImageAxes.Lanes(value.Shape.Columns, value.Phases, block) / block);
        var r = new Axis("r", value.Phases);
        _sums.Reduction.AddRange([k, r]);
        var folded = new Axis("c", value.Shape.Channels);
        _fold.Parallel.Add(folded);
        (_channel, _place, _foldChannel) = (c, (c * block) + l, folded);
        _foldPlace = folded * block;
        _partials = value.Shape.Channels * block;
        _column = (k * (block * value.Phases)) + (l * value.Phases) + r;
    }

    /// <summary>The nests that make the sums, in order.</summary>
    public IReadOnlyList<Nest> Nests => _partials == 0 ? [_sums] : [_sums, _fold];

    /// <summary>Scratch that they need.</summary>
    public IEnumerable<(Storage Storage, string Role)> Roles => _roles;

    /// <param name="name">The accumulator's name.</param>
    /// <param name="update">The sum after one more pixel: sum, channel, row, column.</param>
    /// <param name="target">One result a channel.</param>
    /// <param name="finish">The result from channel and sum.</param>
    public void Add(string name, Func<Expr, Affine, Affine, Affine, Expr> update, Storage target, Func<Affine, Expr, Expr> finish)
    {
        var sum = Graph.Nests.Sum(_sums, name, sum => update(sum, _channel, _row, _column));
        if (_partials == 0)
        {
            _sums.Stores.Add(new StoreTo(new Access(target, _channel), finish(_channel, sum)));
            return;
        }

        bool byLane = _value.Phases > 0;
        var partial = new Storage(target.Name + (byLane ? " by lane" : " by row"), Region.Sample, _partials);
        _roles.Add((partial, byLane ? "lanes" : "rows"));
        _sums.Stores.Add(new StoreTo(new Access(partial, _place), sum));
        Expr total = byLane
            ? Graph.Nests.Fold(partial, _foldPlace, _block)
            : Graph.Nests.Sum(_fold, name, rows => rows + (Expr)new Access(partial, _foldPlace));
        _fold.Stores.Add(new StoreTo(new Access(target, _foldChannel), finish(_foldChannel, total)));
    }
}
