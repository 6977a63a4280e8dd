using System.Collections.Concurrent;
using System.Collections.Immutable;
using Hostlock.Flakes;
using Hostlock.Locks;

namespace Hostlock.Fleets.Changes;

/// <summary>A lock that was tested on one host. It tells which of its entries another host may have, by the declarations of both
/// flakes.</summary>
/// <param name="place">The place of the lock.</param>
/// <param name="file">The lock.</param>
/// <param name="declared">The declarations of its flake, with the host's own references.</param>
public sealed class TestedLock(LockPlace place, LockFile file, Flake declared)
{
    // The declarations that no rule keeps from having the entry, each with the name of the input and the folder of its flake. One flake
    // declares most hosts of a fleet, so most questions are answered here.
    readonly ConcurrentDictionary<FlakeInput, (string Name, string Folder)> _free = new(ReferenceEqualityComparer.Instance);

    // By the declarations of a flake: its folder, and whether a host without frozen inputs may have all entries.
    readonly ConcurrentDictionary<Flake, (string Folder, bool MayHaveAll)> _whole = new(ReferenceEqualityComparer.Instance);

    /// <summary>The place of the lock.</summary>
    public LockPlace Place { get; } = place;

    /// <summary>The lock.</summary>
    public LockFile File { get; } = file;

    /// <summary>The declarations of its flake, with the host's own references.</summary>
    public Flake Declared { get; } = declared;

    /// <summary>True if no rule keeps anything of this lock from another host, and the flake of that host declares no more than the lock
    /// has.</summary>
    /// <param name="target">The lock that would get the entries.</param>
    /// <param name="declared">The declarations of that lock's flake, with the host's own references in place.</param>
    public bool IsFreeFor(LockPlace target, Flake declared)
    {
        if (target.Frozen.Count > 0)
            return false;
        if (_whole.TryGetValue(declared, out var known) && known.Folder == target.FlakeFolder)
            return known.MayHaveAll;
        var mayHaveAll = File.Root.Inputs.Names.Concat(declared.Inputs.Keys).All(name => RuleFor(name, target, declared) is null);
        _whole[declared] = (target.FlakeFolder, mayHaveAll);
        return mayHaveAll;
    }

    /// <summary>The rule that keeps an entry of this lock from another host; null if the host may have it.</summary>
    /// <param name="name">An input directly beneath the flake.</param>
    /// <param name="target">The lock that would get the entry.</param>
    /// <param name="declared">The declarations of the flake of that lock, with the host's own references.</param>
    public HoldingRule? RuleFor(string name, LockPlace target, Flake declared)
    {
        if (target.Frozen.TryGetValue(name, out var freeze))
            return new HoldingRule.Frozen(freeze);
        if (!declared.Inputs.TryGetValue(name, out var wanted))
            return new HoldingRule.NotDeclared(target.Owner);
        if (_free.TryGetValue(wanted, out var free) && free.Name == name && free.Folder == target.FlakeFolder)
            return null;
        if (!File.Root.Inputs.TryGetValue(name, out var edge))
            return new HoldingRule.NotInSource(Place.Owner);
        var path = InputPath.Of(name);
        if (LockStaleness.Between(path, wanted, edge) is [var stale, ..])
        {
            return stale.Path.Length > 1 || wanted.Follows is not null || edge is not LockEdge.Locked(var other)
                ? new HoldingRule.OtherDeclaration(target.Owner, stale.Path)
                : OtherReference(name, other.Original, wanted.Reference ?? FlakeRef.Indirect(name), target);
        }
        if (edge is LockEdge.Locked(var node) && DeclaredOtherwise(path, wanted, node, target) is { } at)
            return new HoldingRule.OtherDeclaration(target.Owner, at);
        _free[wanted] = (name, target.FlakeFolder);
        return null;
    }

    HoldingRule OtherReference(string name, FlakeRef own, FlakeRef wanted, LockPlace target) =>
        Place.References.ContainsKey(name) && !target.References.ContainsKey(name)
            ? new HoldingRule.OwnReferenceOfSource(Place.Owner, own.ToString())
            : new HoldingRule.OwnReference(target.Owner, wanted.ToString());

    // The target asks for this entry, but the entry may be of another kind, of another folder, or have the mark of an override that the
    // target does not have.
    InputPath? DeclaredOtherwise(InputPath path, FlakeInput wanted, LockedNode node, LockPlace target) =>
        node.IsFlake != wanted.IsFlake || (node.Locked.IsRelativePath && Place.FlakeFolder != target.FlakeFolder) ? path
        : Declared.Inputs.TryGetValue(path.Last, out var own) ? Imposed(path, own.Overrides, wanted.Overrides, node)
        : null;

    static InputPath? Imposed(
        InputPath at, ImmutableSortedDictionary<string, FlakeInput> own, ImmutableSortedDictionary<string, FlakeInput> wanted,
        LockedNode node)
    {
        foreach (var (name, input) in own)
        {
            if (!node.Inputs.TryGetValue(name, out var edge))
                continue; // an override of an input that does not exist has no effect
            var counterpart = wanted.GetValueOrDefault(name);
            if (SaysWhere(input) && (counterpart is null || !SaysWhere(counterpart)))
                return at.Append(name);
            if (edge is LockEdge.Locked(var inner)
                && Imposed(at.Append(name), input.Overrides, counterpart?.Overrides ?? Flake.NoInputs, inner) is { } deeper)
                return deeper;
        }
        return null;

        static bool SaysWhere(FlakeInput input) => input.Reference is not null || input.Follows is not null;
    }
}
