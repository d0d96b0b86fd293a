namespace NumCnn.Gen.Schedule;

/// <content>Weights that the second cache does not keep from one call to the next.</content>
internal sealed partial class TileShape
{
    /// <summary>Bytes of vectors that the second cache keeps from one tile to the next.</summary>
    private const int KeptStream = 640 << 10;

    /// <summary>Cycles from a line of memory to the next, where they have been asked for in time: 29 GB/s at 3.4 GHz.</summary>
    private const double LineOfMemory = 7.5;

    /// <summary>Cycles from a line of the second cache to the next, where a tile finds there what an earlier one has brought.</summary>
    private const double LineAgain = 3;

    private (bool IsKnown, TileLoad? Load, double Passes) _stream;

    /// <summary>Vectors that are read from memory, one after the other, by each call's first tile, and again by the next ones: the weights of a layer with many of them.</summary>
    public Access? Stream => Streamed?.Access;

    private TileLoad? Streamed
    {
        get
        {
            if (!_stream.IsKnown)
            {
                var load = _nest.Lane is null ? null : _loads.Find(IsStream);
                _stream = (true, load, load is null ? 1 : Product(PointAxes().Where(axis => !axis.IsSymbolic && !load.Access.DependsOn(axis))));
            }

            return _stream.Load;
        }
    }

    private bool IsStream(TileLoad load)
        => load.OnVectors && load.Access.IsAffine && load.Access.Storage.IsStreamed
            && !_nest.Tile.Exists(axis => axis != _nest.Block && !axis.IsTrivial && load.Access.DependsOn(axis))
            && _nest.Reduction.LastOrDefault(static axis => !axis.IsTrivial) is { } inner && Math.Abs(load.Access.Address.FactorOf(inner)) == _target.Block;

    /// <summary>A step's cycles, on average over a call's tiles: the first one waits for memory, and so do the others where the second cache has lost what they read again.</summary>
    private double WithStream(double cycles, (Axis Axis, int Count)[] tile, int vectors)
    {
        if (Streamed is null)
        {
            return cycles;
        }

        double lines = Math.Max(1, (double)vectors * BytesOfVector / FirstCache.Line);
        double passes = _stream.Passes;
        foreach (var (_, count) in tile)
        {
            passes /= count;
        }

        // Whatever a loop leaves out at the border, all lines come once.
        double fromMemory = Overlapped(cycles, LineOfMemory * lines / (_nest.Clip?.Share ?? 1));
        double again = Overlapped(cycles, LineAgain * lines);
        return lines * FirstCache.Line * _steps > KeptStream || passes < 1 ? fromMemory : (fromMemory + ((passes - 1) * again)) / passes;
    }
}
