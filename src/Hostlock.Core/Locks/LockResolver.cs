using System.Collections.Immutable;
using System.Diagnostics;
using Hostlock.Flakes;
using Hostlock.Nar;

namespace Hostlock.Locks;

/// <summary>
/// A flake, its old lock and a request → its new lock. One resolver serves all hosts of a run, and fetches and reads each thing once for
/// all of them.
/// </summary>
/// <remarks>Nix 2.34.8, libflake/flake.cc, lockFlake. Its steps have the names of Nix's if these are words.</remarks>
public sealed class LockResolver(IFlakeSource source)
{
    /// <summary>Most inputs a lock may have; the largest in the wild has about 1,300.</summary>
    public const int MaximumInputs = 100_000;

    readonly FlakeReader _reader = new();

    /// <summary>Makes the lock.</summary>
    /// <param name="top">The flake to lock.</param>
    /// <param name="old">Its lock as it is; <see cref="LockFile.Empty"/> if it has none.</param>
    /// <param name="request">The inputs to move.</param>
    /// <param name="cancellationToken">Stops it; nothing is written here anyway.</param>
    /// <exception cref="HostlockException">It cannot be locked; the trail names the input.</exception>
    public async Task<ResolvedLock> ResolveAsync(TopFlake top, LockFile old, LockRequest request, CancellationToken cancellationToken)
    {
        using var abandon = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            // Nix reads no lock with an entry that pins nothing, not even to lock that very input anew; the only way out there is to delete
            // the lock, with all its pins.
            old.CheckEntries(path => request is LockRequest.Update(var inputs) && inputs.Any(path.StartsWith));
            var from = top.Flake.RegistryUrl is { } registry ? source.WithRegistry(registry) : source;
            var walk = new Walk(from, _reader, top, request, abandon.Token);
            return await walk.RunAsync(old);
        }
        finally
        {
            // Fetches that were begun ahead of their turn and are no longer wanted.
            await abandon.CancelAsync();
        }
    }

    /// <summary>One run over the inputs of one flake.</summary>
    sealed class Walk(IFlakeSource source, FlakeReader reader, TopFlake top, LockRequest request, CancellationToken cancellationToken)
    {
        readonly InputOverrides _overrides = new();
        readonly HashSet<InputPath> _updatable = [];
        readonly List<FlakeRef> _stack = [];
        readonly Dictionary<RefAttributes, string> _directories = [];
        readonly List<Warning> _warnings = [];
        readonly List<UnreachableInput> _unreachable = [];
        LockNode? _oldRoot;
        int _inputs;

        public async Task<ResolvedLock> RunAsync(LockFile old)
        {
            _oldRoot = old.Root;
            _warnings.AddRange(top.Warnings);
            foreach (var (path, reference) in request.Overrides)
                _overrides.Add(path, new(new(reference, null, true, Flake.NoInputs, null), top.Place, null));

            var counting = request is LockRequest.Recreate ? null : old.Root;
            var inputs = await InputsAsync(top.Flake.Inputs, InputPath.Root, counting, InputPath.Root, top.Place, isFromLock: false);

            foreach (var (path, reference) in request.Overrides.Where(each => !_overrides.WasUsed(each.Key)))
                _warnings.Add(new($"the override of input '{path}' by '{reference}' does not match any input"));
            // Attributes of other Nixes, of a pin or of the flake, stay as long as the pin does.
            var resolved = new LockFile(new(inputs)).WithUnknownOf(old);
            resolved.CheckFollows();
            if (!LockDiff.Same(old, resolved))
                CheckLocked(resolved);
            ImmutableArray<InputPath> named = request is LockRequest.Update(var updates) ? updates : [];
            return new(resolved, _warnings, [.. named.Where(path => !_updatable.Contains(path)).Order()]) { Unreachable = _unreachable };
        }

        // A lock that names work in progress is not written, since nobody else could use it (flake.cc, isUnlocked).
        static void CheckLocked(LockFile resolved)
        {
            foreach (var (path, edge) in resolved.AllInputs())
            {
                if (edge is LockEdge.Locked(var node) && !node.Locked.IsRelativePath && !node.Locked.IsLocked)
                    throw LockException.UnlockedInput(path, node.Locked);
            }
        }

        async Task<NameMap<LockEdge>> InputsAsync(
            ImmutableSortedDictionary<string, FlakeInput> inputs,
            InputPath at,
            LockNode? old,
            InputPath followsPrefix,
            FlakePlace place,
            bool isFromLock)
        {
            foreach (var (name, input) in inputs)
                _overrides.AddNested(input, at.Append(name), place, at);
            foreach (var path in _overrides.Beneath(at).Where(path => !inputs.ContainsKey(path.Last)))
                _warnings.Add(new($"input '{at}' has an override for a non-existent input '{path.Last}'"));

            if ((_inputs += inputs.Count) > MaximumInputs)
                throw LockException.TooManyInputs(MaximumInputs);
            // A deeper lock could be written, and never be read again.
            if (at.Length == LockFileReader.MaximumDepth && inputs.Count > 0)
                throw LockException.TooDeep(at.Append(inputs.Keys.First()), LockFileReader.MaximumDepth);
            // All of a flake's inputs are judged before the first is gone into, so that what must be fetched is fetched at once.
            var judged = inputs.Select(input => Judge(new(at.Append(input.Key), input.Value, place, isFromLock), old)).ToList();
            foreach (var input in judged)
                Begin(input);

            var edges = new List<KeyValuePair<string, LockEdge>>(judged.Count);
            foreach (var input in judged)
            {
                var depth = _stack.Count;
                try
                {
                    edges.Add(new(input.Path.Last, await EdgeAsync(input, followsPrefix)));
                }
                catch (HostlockException why) when (why.IsOutside && MayStay(input))
                {
                    _stack.RemoveRange(depth, _stack.Count - depth);
                    var kept = OldNode(input)!;
                    _unreachable.RemoveAll(known => known.Path.Equals(input.Path));
                    _unreachable.Add(
                        new(input.Path, why.While($"while updating the flake input '{input.Path}'"))
                        {
                            IsAtHand = why.IsUnanswered && source.IsAtHand(kept.Locked),
                        });
                    edges.Add(new(input.Path.Last, new LockEdge.Locked(kept)));
                }
                catch (HostlockException why)
                {
                    throw why.While($"while updating the flake input '{input.Path}'");
                }
            }
            return NameMap<LockEdge>.Of(edges);
        }

        // An input beneath the flake may stay as it was, if the request allows it.
        bool MayStay(InputJudgement input) => request.KeepsUnreachable && input.Path.Length == 1 && OldNode(input) is not null;

        // The old entry of an input, if the same reference is still asked for.
        LockedNode? OldNode(InputJudgement input) =>
            _oldRoot!.Inputs.TryGetValue(input.Path.Last, out var edge) && edge is LockEdge.Locked(var node)
            && input.Reference is { } reference && OriginalOf(input, reference).Canonical == node.Original.Canonical
                ? node
                : null;

        // The lock does not record an override of the command line as the original.
        FlakeRef OriginalOf(InputJudgement input, FlakeRef reference) =>
            request.Overrides.ContainsKey(input.Path) ? input.Input.Declared.Reference ?? reference : reference;

        InputJudgement Judge(DeclaredInput input, LockNode? old)
        {
            var locked = old is not null && old.Inputs.TryGetValue(input.Path.Last, out var edge) ? edge : null;
            var judgement = InputJudge.Judge(input, locked, request, _overrides);
            if (judgement.UsesOverride)
                _overrides.MarkUsed(input.Path);
            if (judgement.CanBeUpdated)
                _updatable.Add(input.Path);
            return judgement;
        }

        void Begin(InputJudgement input)
        {
            if (input is { Decision: InputDecision.LockAnew, Reference.IsRelativePath: false } && !_stack.Contains(input.Reference))
            {
                source.Asked(input.Reference, input.Path);
                Observe(source.FetchAsync(input.Reference, Scope(input), cancellationToken));
            }
            else if (input.Decision is InputDecision.Reread { Old.Locked: { IsRelativePath: false } locked })
            {
                source.Asked(locked, input.Path);
                Observe(source.ReadAsync(locked, cancellationToken));
            }

            // Its failure is met again when its turn comes, or is of no interest after an earlier one.
            static void Observe(Task begun) =>
                _ = begun.ContinueWith(
                    static task =>
                        _ = task.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        }

        RegistryScope Scope(InputJudgement input) =>
            input.Input.Declared.IsFlake && request.Overrides.ContainsKey(input.Path) ? RegistryScope.All : RegistryScope.Limited;

        async Task<LockEdge> EdgeAsync(InputJudgement input, InputPath followsPrefix) => input.Decision switch
        {
            InputDecision.Follow(var target) => new LockEdge.Follows(target),
            InputDecision.Keep(var old) => new LockEdge.Locked(await KeepAsync(input, old, followsPrefix)),
            InputDecision.Reread(var old) => new LockEdge.Locked(await RereadAsync(input, old, followsPrefix)),
            InputDecision.LockAnew(var reference) => new LockEdge.Locked(await LockAnewAsync(input, reference)),
            _ => throw new UnreachableException(),
        };

        async Task<LockedNode> KeepAsync(InputJudgement input, LockedNode old, InputPath followsPrefix)
        {
            // The inputs as the lock knows them stand in for those of a flake.nix that is not read.
            var known = Flake.NoInputs.ToBuilder();
            foreach (var (name, edge) in old.Inputs)
            {
                known[name] = edge switch
                {
                    LockEdge.Locked(var node) => new(node.Original, null, node.IsFlake, Flake.NoInputs, null),
                    LockEdge.Follows(var target) => new(null, followsPrefix.Append(target), true, Flake.NoInputs, null),
                    _ => throw new UnreachableException(),
                };
            }
            return old.WithInputs(await InputsAsync(known.ToImmutable(), input.Path, old, followsPrefix, input.Place, isFromLock: true));
        }

        async Task<LockedNode> RereadAsync(InputJudgement input, LockedNode old, InputPath followsPrefix)
        {
            var read = old.Locked.IsRelativePath
                ? await ReadRelativeAsync(input, old.Locked)
                : await reader.ReadAsync(
                    await source.ReadAsync(old.Locked, cancellationToken),
                    TreePath.Parse(old.Locked.Directory), old.Locked.ToString(), cancellationToken);
            return old.WithInputs(await InputsAsync(read.Flake.Inputs, input.Path, old, followsPrefix, read.Place, isFromLock: false));
        }

        async Task<LockedNode> LockAnewAsync(InputJudgement input, FlakeRef reference)
        {
            var original = OriginalOf(input, reference);
            if (!input.Input.Declared.IsFlake)
            {
                // An input that is no flake is locked with its own dir, whatever a registry says.
                var locked = reference.IsRelativePath
                    ? reference
                    : (await FetchAsync(input, reference)).Locked.With(directory: reference.Directory);
                return new(locked, original, false, input.Parent, NameMap<LockEdge>.Empty);
            }

            if (_stack.Contains(reference))
                throw LockException.CircularImport(reference);
            var (pinned, read) = await ReadNewAsync(input, reference);
            _stack.Add(reference);
            var own = (await read.OwnLock.Value).Root;
            var inputs = await InputsAsync(read.Flake.Inputs, input.Path, own, input.Path, read.Place, isFromLock: false);
            _stack.RemoveAt(_stack.Count - 1);
            return new(pinned, original, true, input.Parent, inputs);
        }

        async Task<(FlakeRef Locked, FlakeReader.ReadFlake Read)> ReadNewAsync(InputJudgement input, FlakeRef reference)
        {
            if (reference.IsRelativePath)
                return (reference, await ReadRelativeAsync(input, reference));
            var tree = await FetchAsync(input, reference);
            var read = await reader.ReadAsync(tree.Files, TreePath.Parse(tree.Locked.Directory), tree.Locked.ToString(), cancellationToken);
            // inputs.self of a dependency adds to how it is fetched, and then it is fetched again (flake.cc, applySelfAttrs).
            if (read.Flake.SelfAttributes.Count > 0)
            {
                var wanted = tree.Locked.With(RefAttributes.Of([.. tree.Locked.Input, .. read.Flake.SelfAttributes]));
                if (!wanted.Equals(tree.Locked))
                {
                    tree = await FetchAsync(input, wanted.With(wanted.Input.Without("narHash")));
                    read = await reader.ReadAsync(
                        tree.Files, TreePath.Parse(tree.Locked.Directory), tree.Locked.ToString(), cancellationToken);
                }
            }
            _warnings.AddRange(read.Warnings);
            return (tree.Locked, read);
        }

        // The dir that a registry gave a tree stays with it: whoever comes to that tree later in the run gets it too, even if
        // the reference has another dir or none (Nix 2.34.8, libfetchers/input-cache.cc and flake.cc, getFlake).
        async Task<FetchedTree> FetchAsync(InputJudgement input, FlakeRef reference)
        {
            source.Asked(reference, input.Path);
            var tree = await source.FetchAsync(reference, Scope(input), cancellationToken);
            _warnings.AddRange(tree.Warnings);
            if (tree.Stale is { } stale && MayStay(input))
                _unreachable.Add(new(input.Path, stale.Why) { IsAtHand = true });
            else if (tree.Stale is not null)
                _warnings.Add(tree.Stale.Warning);
            if (!_directories.TryGetValue(tree.Resolved.Input, out var directory))
                _directories.Add(tree.Resolved.Input, directory = tree.Resolved.Directory);
            return tree with { Locked = tree.Locked.With(directory: directory.Length > 0 ? directory : reference.Directory) };
        }

        Task<FlakeReader.ReadFlake> ReadRelativeAsync(InputJudgement input, FlakeRef reference)
        {
            var path = reference.Folder!;
            var folder = input.Place.Folder.ResolveWithin(path) ?? throw LockException.OutsideTree(input.Path, path);
            return reader.ReadAsync(input.Place.Files, folder.Join(TreePath.Parse(reference.Directory)), "", cancellationToken);
        }
    }
}
