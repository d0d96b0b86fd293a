using System.Globalization;

namespace NumCnn.Gen.Schedule;

/// <summary>The names of a kernel's parameters and locals. C# lets no inner name repeat an outer one.</summary>
internal sealed class KernelNames
{
    private readonly Dictionary<Storage, Ref> _parameters = [];
    private readonly Stack<HashSet<string>> _scopes = new();

    public KernelNames() => _scopes.Push(["samples", "shards", "pitch", "from", "to", "W"]);

    /// <summary>The storages in the order of the kernel's parameters.</summary>
    public IReadOnlyList<Storage> Storages => _order;

    private readonly List<Storage> _order = [];
    private readonly List<string> _fetches = [];

    /// <param name="storage">What the kernel is called with.</param>
    /// <param name="name">The parameter's name, if no other has it.</param>
    /// <param name="start">Elements from the storage's start to where the parameter points.</param>
    public void AddParameter(Storage storage, string name, int start = 0)
    {
        if (_parameters.ContainsKey(storage))
        {
            return;
        }

        string unique = Fresh(name);
        _parameters.Add(storage, new Ref(unique, storage, null, [], 0) { Base = start });
        _order.Add(storage);
    }

    /// <summary>Names what the kernel asks for on the way.</summary>
    public void AddFetches(int count)
    {
        for (int k = 0; k < count; k++)
        {
            _fetches.Add(Fresh("next"));
        }
    }

    public string OfFetch(int index) => _fetches[index];

    public Ref Parameter(Storage storage) => _parameters[storage];

    public string OfStorage(Storage storage) => _parameters[storage].Name;

    public bool IsTaken(string name)
    {
        foreach (var scope in _scopes)
        {
            if (scope.Contains(name))
            {
                return true;
            }
        }

        return false;
    }

    public void Claim(string name) => _scopes.Peek().Add(name);

    public string Fresh(string wanted)
    {
        string name = wanted;
        for (int i = 2; IsTaken(name); i++)
        {
            name = wanted + i.ToString(CultureInfo.InvariantCulture);
        }

        _scopes.Peek().Add(name);
        return name;
    }

    public void Push() => _scopes.Push([]);

    public void Pop() => _scopes.Pop();
}
