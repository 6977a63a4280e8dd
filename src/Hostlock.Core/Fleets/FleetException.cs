using Hostlock.Flakes;
using Hostlock.Locks;

namespace Hostlock.Fleets;

/// <summary>What can be wrong with a fleet and with what is asked of it.</summary>
public sealed class FleetException : HostlockException
{
    FleetException(string message)
        : base(message)
    {
    }

    // hostlock.toml.
    public static FleetException NotToml(SourceSpan span, string why) => new($"not TOML: {why}") { Span = span };

    public static FleetException NoVersion(SourceSpan span) =>
        new("'version' is missing") { Span = span, Hint = "the first line of hostlock.toml is 'version = 1'" };

    public static FleetException UnknownVersion(SourceSpan span, string version) =>
        new($"version {version} of hostlock.toml is not known") { Span = span, Hint = "this hostlock reads version 1; a newer one may be needed" };

    public static FleetException UnknownSetting(SourceSpan span, string name, IEnumerable<string> known) =>
        new($"setting '{name}' is not known") { Span = span, Hint = Closest.To(name, known) ?? (known.Any() ? $"known here: {string.Join(", ", known)}" : null) };

    public static FleetException WrongValue(SourceSpan span, string expected) => new($"this must be {expected}") { Span = span };

    public static FleetException UnknownRing(SourceSpan span, string ring, IEnumerable<string> rings) =>
        new($"there is no ring '{ring}'") { Span = span, Hint = Closest.To(ring, rings) ?? $"add a table [rings.{ring}]" };

    public static FleetException NotAHostName(string text, SourceSpan? span) =>
        new($"'{text}' is not a host name")
        {
            Span = span,
            Hint = text == HostName.Root ? "'root' means the root lock" : "letters, digits, '-', '_' and '.', starting with a letter or digit",
        };

    // The flake.
    public static FleetException NoFlake(string folder) =>
        new($"there is no flake.nix in '{folder}' or above it") { Hint = "go to your flake, or name it with -C DIR" };

    public static FleetException NotTracked(string file) =>
        new($"'{file}' is not tracked by git, so Nix does not see it") { Hint = $"git add -N {file}" };

    public static FleetException UnknownHost(string name, IEnumerable<string> hosts) =>
        new($"unknown host '{name}'") { Hint = Closest.To(name, hosts.Append(HostName.Root)) ?? Known("hosts", hosts) };

    public static FleetException NoSuchRing(string name, IEnumerable<string> rings) =>
        new($"there is no ring '{name}'") { Hint = Closest.To(name, rings) ?? Known("rings", rings) };

    public static FleetException NoHosts() =>
        new("no host is named") { Hint = "name hosts, 'root', @RING or --all" };

    // Locks.
    public static FleetException NoLock(LockPlace place) =>
        new($"{place.Name} has no lock yet ('{place.Shown}')") { Hint = $"hostlock lock {place.Name}" };

    public static FleetException LockTooLarge(string file, long bytes) => new($"'{file}' has {bytes} bytes, which is too large for a lock file");

    public static FleetException NotAnInput(LockPlace place, InputPath path, LockFile file)
    {
        var edge = file.EdgeAt(path);
        return edge is LockEdge.Follows(var target)
            ? new($"input '{path}' of {place.Name} follows '{target}'") { Hint = $"name '{target}' instead" }
            : NotAnInput(place, path, file.AllInputs().Select(input => input.Path.ToString()));
    }

    public static FleetException NotAnInput(LockPlace place, InputPath path, IEnumerable<string> known) =>
        new($"'{path}' is not an input of {place.Name}") { Hint = Closest.To(path.ToString(), known) ?? Known("inputs", known.Where(name => !name.Contains('/', StringComparison.Ordinal))) };

    public static FleetException NotAnInputPath(string text) =>
        new($"'{text}' is not an input path") { Hint = "names joined by '/': nixpkgs, or home-manager/nixpkgs" };

    public static FleetException ReferenceOfNoInput(LockPlace place, string input, IEnumerable<string> known) =>
        new($"hostlock.toml gives {place.Name} a reference for '{input}', which is not an input of the flake") { Hint = Closest.To(input, known) };

    public static FleetException IsFrozen(LockPlace place, InputPath path, Freeze freeze) =>
        new($"'{path}' is frozen on {place.Name}: {freeze.Reason}") { Hint = $"take [hosts.{place.Name}.freeze.{path.Names[0]}] out of hostlock.toml first" };

    public static FleetException TouchedOther(IReadOnlyList<InputPath> others) =>
        new($"the update would also change {string.Join(", ", others.Take(5).Select(path => $"'{path}'"))}{(others.Count > 5 ? $" and {others.Count - 5} more" : "")}; nothing was written")
        {
            Hint = "this is a bug of hostlock: please report it with your lock",
        };

    public static FleetException NeedsLock(LockPlace place) =>
        new($"the lock of {place.Name} is not in line with what is declared, and --locked forbids writing it") { Hint = $"hostlock lock {place.Name}" };

    public static FleetException Busy(string file) =>
        new($"another hostlock is writing here ('{file}')") { IsBusy = true, Hint = "wait for it to finish, then try again" };

    /// <summary>True where somebody else holds the locks: exit code 6.</summary>
    public bool IsBusy { get; private init; }

    // Adopting a flake.
    public static FleetException HostsUnknown() =>
        new("the names of the hosts are computed, so they cannot be read from flake.nix")
        {
            Hint = "name them: hostlock init HOST…",
        };

    static string? Known(string what, IEnumerable<string> names)
    {
        var listed = names.Take(12).ToList();
        return listed.Count == 0 ? null : $"{what}: {string.Join(", ", listed)}{(names.Count() > listed.Count ? ", …" : "")}";
    }
}
