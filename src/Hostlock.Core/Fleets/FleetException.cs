using Hostlock.Flakes;
using Hostlock.Fleets.Settings;
using Hostlock.Locks;
using Hostlock.Platform.Programs;

namespace Hostlock.Fleets;

/// <summary>The errors of fleets, and of requests about fleets.</summary>
public sealed partial class FleetException : HostlockException
{
    FleetException(Sentence message)
        : base(message.ToString())
    {
    }

    // The flake.
    /// <summary>No flake.nix exists in the folder or above it.</summary>
    public static FleetException NoFlake(string folder) =>
        new($"there is no flake.nix in '{folder}' or above it") { Hint = "go to your flake, or name it with -C DIR" };

    /// <summary>The user is in no flake, and no flake beneath is adopted.</summary>
    /// <param name="folder">The folder of the user.</param>
    /// <param name="flakes">The flakes, each as the user would name it with <c>-C</c>; none if none was found.</param>
    public static FleetException NoFlakeHere(string folder, IReadOnlyList<string> flakes) =>
        flakes.Count == 0
            ? NoFlake(folder)
            : new($"'{folder}' is in no flake, and no flake beneath it is adopted: {Several(flakes)}")
            {
                Hint = $"adopt one: {Mends(flakes.Select(flake => $"hostlock -C {ShellWord.Quote(flake)} init"))}",
            };

    internal static FleetException TooManyFolders(string folder) =>
        new($"'{folder}' is in no flake and no repository, and has too many folders to look for flakes in them")
        {
            Hint = "go to your flake, or name it with -C DIR",
        };

    /// <summary>A command is about one flake, and several of the repository may be meant.</summary>
    /// <param name="words">The words of the line that are in several of them; none if the line names nothing.</param>
    /// <param name="flakes">The names of the flakes.</param>
    /// <param name="commands">The command for each of them.</param>
    public static FleetException OneFlakeOnly(IReadOnlyList<string> words, IReadOnlyList<string> flakes, IReadOnlyList<string> commands) =>
        new($"this command is about one flake, and {WhatIsIn(words, flakes)}")
        {
            Hint = $"say which: {Mends(commands)}",
        };

    static string WhatIsIn(IReadOnlyList<string> words, IReadOnlyList<string> flakes) => words.Count switch
    {
        0 => $"{Several(flakes)} are here",
        1 => $"{words[0]} is in {Several(flakes)}",
        _ => $"{string.Join(' ', words)} are in {Several(flakes)}",
    };

    /// <summary>No flake of the repository has all that a line names.</summary>
    /// <param name="places">The flake of each word, such as <c>plex is in nixos</c>.</param>
    public static FleetException NotInOneFlake(IEnumerable<string> places) =>
        new($"no flake here has all of these: {string.Join(", ", places)}") { Hint = "name only hosts and inputs that one flake has" };

    // The names of a few flakes, or the first of very many.
    static string Several(IReadOnlyList<string> flakes) =>
        flakes.Count > MostNames ? $"{string.Join(", ", flakes.Take(MostNames))} and {flakes.Count - MostNames} more"
        : flakes.Count > 1 ? $"{string.Join(", ", flakes.SkipLast(1))} and {flakes[^1]}"
        : flakes[0];

    static string Mends(IEnumerable<string> commands) =>
        string.Join(", ", commands.Take(MostMends).Select(command => $"'{command}'"));

    const int MostNames = 6;
    const int MostMends = 3;

    internal static FleetException NoFolder(string folder) => new($"there is no folder '{folder}'");

    internal static FleetException LinkLeaves(string path, string target) =>
        new($"'{path}' leads out of the flake, to '{target}', and is left alone") { Hint = "make it a file or folder of the flake" };

    /// <summary>A file that Nix has to read is not tracked by git.</summary>
    public static FleetException NotTracked(string file, IEnumerable<string> unknown, bool isIgnored) =>
        isIgnored
            ? new($"git is told to ignore '{file}', so Nix does not see it") { Hint = AddIntent(unknown, isIgnored) }
            : new($"'{file}' is not tracked by git, so Nix does not see it") { Hint = AddIntent(unknown, isIgnored) };

    /// <summary>The command by which git learns of paths, so that Nix sees them.</summary>
    /// <param name="paths">The paths, relative to the flake.</param>
    /// <param name="isIgnored">True if git is told to ignore one of them, so that only a forced add takes them.</param>
    internal static string AddIntent(IEnumerable<string> paths, bool isIgnored) =>
        $"git add -N {(isIgnored ? "-f " : "")}{ShellWord.Join(paths)}";

    /// <summary>A name was typed that is no host of the fleet; the hint is the nearest host, or all.</summary>
    public static FleetException UnknownHost(string name, IEnumerable<HostName> hosts) =>
        new($"unknown host '{name}'")
        {
            IsUnknownHost = true,
            Hint = Closest.To(name, Words(hosts).Append(HostName.Root)) ?? Known("hosts", Words(hosts)),
        };

    /// <summary>True if a word names nothing that the flake knows.</summary>
    internal bool IsUnknownHost { get; private init; }

    internal static FleetException Several(IReadOnlyList<FleetException> errors) =>
        new($"{string.Join('\n', errors.Select(error => error.Message)):lines}")
        {
            Hint = errors.Any(error => error.Hint is not null)
                ? string.Join("; ", errors.Select(error => error.Hint).OfType<string>().Distinct())
                : null,
        };

    internal static FleetException NotAdopted(HostName host, bool hasFleetFile) => hasFleetFile
        ? new($"{host} is not in hostlock.toml, so it has no lock of its own") { Hint = $"hostlock init {host}" }
        : new($"{host} has no lock of its own, because there is no hostlock.toml yet") { Hint = "hostlock init" };

    internal static FleetException MayBeNew(HostName name, IEnumerable<HostName> hosts) =>
        new($"unknown host '{name}'")
        {
            IsUnknownHost = true,
            Hint = Closest.To(name.ToString(), Words(hosts).Append(HostName.Root))
                ?? $"{Known("hosts", Words(hosts)) ?? "no hosts yet"}; 'hostlock init {name}' adopts it, if flake.nix has it",
        };

    internal static FleetException NotNamedLikeAHost(string name) =>
        new($"'{name}' cannot be the name of a host, so it has no lock of its own: flake.lock builds it")
        {
            Hint = "flake.lock is called root",
        };

    /// <summary>The name of a configuration was typed that can have no lock of its own.</summary>
    public static Warning BuiltByRootAlone(string name) =>
        new($"'{name}' cannot be the name of a host, so it has no lock of its own: root is taken, because flake.lock builds it");

    internal static FleetException InputForHost(string name, string input) =>
        new($"unknown host '{name}'")
        {
            Hint = $"'{input}' is an input; name a host, and the input behind it: -i {ShellWord.Quote(input)}",
        };

    /// <summary>A ring was typed that hostlock.toml does not declare.</summary>
    public static FleetException NoSuchRing(string name, IEnumerable<string> rings) =>
        new($"there is no ring '{name}'") { Hint = Closest.To(name, rings) ?? Known("rings", rings) };

    /// <summary>A ring was typed, and the command works on one lock.</summary>
    public static FleetException NotOneLock(string word) => new($"'{word}' is a ring, and a single lock is needed")
    {
        Hint = "name a host, or root",
    };

    /// <summary>A command that writes was given no host, no ring and no --all.</summary>
    public static FleetException NoHosts() =>
        new("no host is named") { Hint = "name hosts, 'root', @RING or --all" };

    /// <summary>A command to which the root lock is no host was given no host, no ring and no --all.</summary>
    public static FleetException NoMachines() => new("no host is named") { Hint = "name hosts, @RING or --all" };

    // Locks.
    /// <summary>The host has no lock file yet.</summary>
    public static FleetException NoLock(LockPlace place) =>
        place.Owner is LockOwner.File
            ? new($"there is no lock file '{place.RelativePath}'")
            : new($"{place.Name} has no lock yet ('{place.RelativePath}')") { Hint = $"hostlock lock {place.Name}" };

    /// <summary>The lock is a symlink, which Nix does not read as a lock.</summary>
    public static FleetException LockIsLink(string file) =>
        new($"'{file}' is a symlink, and Nix does not read such a lock")
        {
            Hint = $"put the file itself there: cp --remove-destination \"$(readlink -f {ShellWord.Quote(file)})\" {ShellWord.Quote(file)}",
        };

    /// <summary>The path is not an input of the lock, or it follows another input.</summary>
    public static FleetException NotAnInput(LockPlace place, InputPath path, LockFile file)
    {
        var edge = file.EdgeAt(path);
        return edge is LockEdge.Follows(var target)
            ? new($"input '{path}' of {place.Name} follows '{target}'") { Hint = $"name '{target}' instead" }
            : NotAnInput(place, path, file.AllInputs().Select(input => input.Path.ToString()));
    }

    /// <summary>The path is not an input of the lock; the hint is the nearest known one.</summary>
    public static FleetException NotAnInput(LockPlace place, InputPath path, IEnumerable<string> known) =>
        new($"'{path}' is not an input of {place.Name}") { Hint = NearestInput(path, known) };

    static string? NearestInput(InputPath path, IEnumerable<string> known) =>
        Closest.To(path.ToString(), known) ?? Known("inputs", known.Where(name => !name.Contains('/', StringComparison.Ordinal)));

    /// <summary>None of some locks has an input that is asked about; the hint is the nearest known one.</summary>
    public static FleetException InNoLock(InputPath path, IEnumerable<string> known) =>
        new($"'{path}' is not an input of any lock") { Hint = NearestInput(path, known) };

    /// <summary>The text is not names joined by slashes.</summary>
    public static FleetException NotAnInputPath(string text) =>
        new($"'{text}' is not an input path")
        {
            Hint = text.Contains(',', StringComparison.Ordinal)
                ? "name each input by itself: " + string.Join(
                    ' ', text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(input => $"-i {ShellWord.Quote(input)}"))
                : "join names by '/': nixpkgs, or home-manager/nixpkgs",
        };

    internal static FleetException FreezesBeneath(LockPlace place, string input) =>
        new($"'{input}' is an input of an input, and only inputs of the flake can be frozen")
        {
            Hint = "to keep it, freeze the input that it lies beneath: "
                + $"hostlock freeze {place.Name} {ShellWord.Quote(input.Split('/')[0])}",
        };

    /// <summary>A host was to get a reference of its own, and shares its lock with others.</summary>
    internal static FleetException SharesItsLock(HostName host, string path, IEnumerable<HostName> others, SourceSpan? span) =>
        new($"'{host}' shares the lock '{path}' with {string.Join(", ", others)}, and hosts of one lock have the same inputs")
        {
            Span = span,
            Hint = $"give '{host}' a lock of its own: lock = \"locks/{host}.lock\"",
        };

    /// <summary>A host tracks an input by a reference of its own, and the flake declares no such input.</summary>
    public static FleetException ReferenceOfNoInput(SourceSpan? span, LockPlace place, string input, IEnumerable<string> known) =>
        new($"hostlock.toml gives {place.Name} a reference for '{input}', which is not an input of the flake")
        {
            Span = span,
            Hint = Closest.To(input, known),
        };

    internal static FleetException FreezesNoInput(LockPlace place, string input, IEnumerable<string> known) =>
        new($"hostlock.toml freezes '{input}' of {place.Name}, which has no such input")
        {
            Hint = Closest.To(input, known) ?? Known("inputs", known) ?? "take the freeze out of hostlock.toml",
        };

    internal static FleetException OutOfReach(IEnumerable<string> failures, string? hint) =>
        new($"no input can be reached{string.Concat(failures.Select(failure => $"\n{failure}")):lines}") { IsOutside = true, Hint = hint };

    internal static FleetException PolicyOfNoInput(SourceSpan? span, string input, IEnumerable<string> known) =>
        new($"hostlock.toml has a policy for '{input}', which is not an input of any lock")
        {
            Span = span,
            Hint = Closest.To(input, known) ?? Known("inputs", known) ?? "take the policy out of hostlock.toml",
        };

    /// <summary>The input is frozen on this host, and was asked to move.</summary>
    public static FleetException IsFrozen(LockPlace place, InputPath path, Freeze freeze) =>
        new($"'{path}' is frozen on {place.Name}: {freeze}") { Hint = $"hostlock unfreeze {place.Name} {ShellWord.Quote(path.Names[0])}" };

    /// <summary>A planned lock differs in inputs that were not to move. The proof of an update failed, and nothing is written.</summary>
    public static FleetException TouchedOther(IReadOnlyList<InputPath> others) =>
        new($"the update would also change {string.Join(", ", others.Take(5).Select(path => $"'{path}'"))}"
            + $"{(others.Count > 5 ? $" and {others.Count - 5} more" : "")}; nothing was written")
        {
            Hint = "this is a bug of hostlock: please report it with your lock",
        };

    /// <summary><c>input</c> without a word that says what to do.</summary>
    public static FleetException NoInputCommand() =>
        new("say what to do with the inputs") { Hint = "add, remove, set or follow; --help shows more" };

    /// <summary>An option means something beside another one alone.</summary>
    public static FleetException NeedsOption(string option, string other) => new($"'{option}' needs '{other}'");

    /// <summary>With this option, the command prints no JSON.</summary>
    public static FleetException TakesNoJson(string option) => new($"'{option}' takes no '--json'");

    /// <summary>Locks of several flakes were named where the lines of one flake are written.</summary>
    public static FleetException SeveralFlakes(IEnumerable<string> files) =>
        new($"the locks are of several flakes: {string.Join(", ", files)}") { Hint = "name hosts of one of them" };

    /// <summary>A host has a lock already, so it cannot begin with that of another.</summary>
    public static FleetException HasLock(HostName host, LockOwner like) =>
        new($"'{host}' has a lock already") { Hint = $"'promote' gives it the lock of {like}" };

    /// <summary>A lock was named for hosts that begin with it, and no host.</summary>
    public static FleetException LikeNeedsHosts() =>
        new("'--like' needs the names of the hosts that begin with that lock") { Hint = "hostlock init HOST --like OTHER" };

    internal static FleetException DiffersByCase(HostName host, string place, HostName other, string otherPlace) =>
        new($"the locks of {host} and {other} would be '{place}' and '{otherPlace}', which differ by case alone: "
            + "on a Mac they are one file")
        {
            Hint = $"'hostlock init {host}' adopts that one; then write a lock of another name for {other} in hostlock.toml, and "
                + $"'hostlock init {other}' adopts it too",
        };

    internal static FleetException NotInLine(LockPlace place, IReadOnlyList<InputPath> others) =>
        new($"'{place.RelativePath}' is not in line with what is declared now: "
            + $"{string.Join(", ", others.Take(5).Select(path => $"'{path}'"))}"
            + $"{(others.Count > 5 ? $" and {others.Count - 5} more" : "")} would change too")
        {
            Hint = "bring it in line first: hostlock lock",
        };

    internal static FleetException SharesItsFlake(HostName host, InputPath input, bool isDeclared) =>
        new($"'{host}' has no flake of its own: its inputs are declared in flake.nix")
        {
            Hint = isDeclared
                ? $"to have it track another reference: hostlock input set {input.Names[0]} URL --host {host}"
                : $"to declare it for all hosts: hostlock input add {input.Names[0]} URL",
        };

    internal static FleetException NoOwnReference(HostName host, string input, IEnumerable<string> known) =>
        new($"'{host}' has no reference of its own for '{input}'") { Hint = Closest.To(input, known) ?? Known("own references", known) };

    internal static FleetException GoesBack(string what) => new(what)
    {
        IsRefusal = true,
        Hint = "pass --allow-downgrade if that is what you want",
    };

    internal static FleetException PromotionDangles(LockPlace target, InputPath input, InputPath follows) =>
        new($"'{input}' would follow '{follows}', which the lock of {target.Name} would not have")
        {
            IsRefusal = true,
            Hint = $"promote '{follows.Names[0]}' as well, or the whole lock",
        };

    internal static FleetException RestoresDangling(LockPlace place, InputPath input, InputPath follows) =>
        new($"'{input}' would follow '{follows}', which the lock of {place.Name} does not have")
        {
            Hint = $"restore '{follows.Names[0]}' as well, or the whole lock",
        };

    internal static FleetException PromotesToItself(LockPlace from) =>
        new($"the lock to promote is that of {from.Name}, and no other host is named")
        {
            Hint = $"name other hosts: hostlock promote {from.Name} HOST…",
        };

    internal static FleetException SharedDangles(LockPlace place, InputPath path, InputPath input, InputPath follows) =>
        new($"'{path}' is shared, but {place.Name} cannot have it: '{input}' would follow '{follows}', which its lock does not have")
        {
            Hint = $"hostlock lock {place.Name}",
        };

    // Merges.
    internal static FleetException NotInConflict(LockPlace place, InputPath path, IEnumerable<string> conflicts) =>
        new($"'{path}' is in no conflict in the lock of {place.Name}")
        {
            Hint = Closest.To(path.ToString(), conflicts) ?? Known("conflicts", conflicts),
        };

    /// <summary>A conflict was to be settled, and git has none in this lock.</summary>
    public static FleetException IsMerged(LockPlace place) =>
        new($"git has no conflict in the lock of {place.Name} ('{place.RelativePath}')");

    /// <summary>More than one side of a conflict was named.</summary>
    public static FleetException SeveralSides() =>
        new("more than one side is named")
        {
            Hint = "name one of --ours, --theirs and --newer; with -i, another run can take another side",
        };

    internal static FleetException LockDeleted(LockPlace place, bool isOurs) =>
        new($"{(isOurs ? "our" : "their")} side has deleted the lock of {place.Name}, and the other has changed it")
        {
            Hint = $"keep it with 'git add {ShellWord.Quote(place.RelativePath)}', or delete it with 'git rm "
                + $"{ShellWord.Quote(place.RelativePath)}'",
        };

    internal static FleetException ChangedSinceMerge(LockPlace place) =>
        new($"the lock of {place.Name} was changed since git could not merge it")
        {
            Hint = $"keep the change with 'git add {ShellWord.Quote(place.RelativePath)}', or drop it with 'git checkout --merge -- "
                + $"{ShellWord.Quote(place.RelativePath)}'",
        };

    internal static FleetException NotSettled(string said) => new($"the locks are written, but git did not take them: {said:lines}")
    {
        IsOutside = true,
    };

    /// <summary>Git did not commit the locks that are written; <paramref name="said"/> is what it printed.</summary>
    public static FleetException CommitFailed(string said) =>
        new($"the locks are written, but git did not commit them{(said.Length == 0 ? "" : $": {said}"):lines}") { IsOutside = true };

    internal static FleetException CommitDuringMerge(string what) =>
        new($"git does not commit single files until the {what} here is finished; nothing was written")
        {
            IsOutside = true,
            Hint = $"finish it, drop it with 'git {what} --abort', or leave out --commit",
        };

    internal static FleetException NotTakenByGit(string file) =>
        new($"the locks are written, but git does not take '{file}', which .gitignore hides")
        {
            Hint = AddIntent([file], isIgnored: true),
        };

    internal static FleetException BeyondGit(string file, string link) =>
        new($"the locks are written, but git does not follow the link '{link}', and does not commit '{file}'")
        {
            Hint = FollowableLink(link),
        };

    /// <summary>The hint about a link that git does not follow.</summary>
    /// <param name="link">The link.</param>
    internal static string FollowableLink(string link) =>
        $"make '{link}' lead to a place in the repository by a relative path, or replace it by what it leads to";

    internal static FleetException HiddenFromGit(string file, bool isAssumed) =>
        new($"the locks are written, but git is told to ignore changes of '{file}', and does not commit it")
        {
            Hint = $"git update-index {(isAssumed ? "--no-assume-unchanged" : "--no-skip-worktree")} {ShellWord.Quote(file)}",
        };

    internal static FleetException NotForgotten(string said) =>
        new($"the files are deleted, but git does not forget them: {said:lines}") { IsOutside = true };

    internal static FleetException NotConfigured(string said) =>
        new($"the files are written, but git does not take the setting of its merges: {said:lines}") { IsOutside = true };

    internal static FleetException NotShownToNix(string said, IReadOnlyList<string> files) =>
        new($"git does not take note of {string.Join(", ", files.Select(file => $"'{file}'"))}, so Nix does not see "
            + $"{(files.Count == 1 ? "it" : "them")}: {said:lines}")
        {
            IsOutside = true,
            Hint = $"git add -N {ShellWord.Join(files)}",
        };

    /// <summary>The folder is in no git repository, and the command needs one.</summary>
    public static FleetException NoRepository(string folder) => new($"'{folder}' is in no git repository");

    /// <summary>Neither a commit nor a day of this name has the lock; the hint is the nearest of the other words that could stand
    /// there.</summary>
    public static FleetException NoSuchVersion(string word, string file, params IEnumerable<string> others) =>
        new($"no commit or day '{word}' has '{file}'")
        {
            Hint = Closest.To(word, others)
                ?? "name a commit, a branch, or a day such as 2026-03-01; 'hostlock log HOST' lists the commits",
        };

    internal static FleetException NoSuchCommit(string word, bool isShallow) => new($"git has no commit '{word}' here")
    {
        Hint = isShallow
            ? "this clone has the last commits alone; to get the others: 'git fetch --unshallow'"
            : "name a commit, a branch, or a day such as 2026-03-01",
    };

    internal static FleetException NoCommitOfDay(string day) => new($"no commit of this flake is as old as {day}")
    {
        Hint = "name a later day, a commit, or a branch",
    };

    internal static FleetException VersionOfNobody(string word) =>
        new($"unknown host '{word}'") { Hint = $"if it is a commit or a day, name its host as well: HOST@{word}" };

    internal static FleetException NixFailed(string what, string said) =>
        new($"'nix {what}' failed: {NixComplaint.Of(said):lines}") { IsOutside = true };

    /// <summary>Closures were to be compared, and neither side is a host.</summary>
    public static FleetException ClosureNeedsHost() => new("--closure builds a host, and neither of the two names is one")
    {
        Hint = "name a host first, as in 'hostlock diff HOST root --closure'",
    };

    /// <summary>The root lock is named where a machine is meant.</summary>
    public static FleetException RootIsNoMachine() => new("the root lock belongs to no machine") { Hint = "name a host" };

    /// <summary>No host has the name of this machine.</summary>
    public static FleetException NoHostHere(string machine, IEnumerable<HostName> hosts) =>
        new($"no host has the name of this machine, '{machine}'") { Hint = Known("hosts", Words(hosts)) };

    /// <summary>An option of <c>status --live</c> is given without it.</summary>
    public static FleetException EvaluatesLive() =>
        new("--evaluate compares what machines run, so it needs --live") { Hint = "add --live" };

    /// <summary>A format of <c>status --live</c> is asked for without it.</summary>
    public static FleetException CountsLive() =>
        new("--format prometheus says what machines run, so it needs --live") { Hint = "add --live" };

    internal static FleetException NotAGeneration(string word) => new($"'{word}' is no generation")
    {
        Hint = "write it as generation:12; 'nixos-rebuild list-generations' lists them",
    };

    internal static FleetException NotStamped(HostName host, string word) =>
        new($"{host} carries no lock ({word})") { Hint = "set stamp = true in hostlock.toml; systems built from then on carry theirs" };

    internal static FleetException CannotAsk(HostName host, string target, string said, bool isNamed) =>
        new($"cannot ask {host} ({target}): {said:lines}") { IsOutside = true, Hint = isNamed ? ToReach(host) : null };

    /// <summary>The hint for a host that hostlock.toml gives no target.</summary>
    /// <param name="host">The host.</param>
    internal static string ToReach(HostName host) =>
        $"hostlock.toml names no target for {host}, so ssh looks for a machine of that name; "
        + $"under {FleetFile.HeaderOf("hosts", host.ToString())}, add target = \"root@{host}.lan\"";

    /// <summary>The command of a bisect fails with the lock that is said to be good.</summary>
    public static FleetException GoodIsNotGood() =>
        new("the command fails with the good lock")
        {
            IsRefusal = true,
            Hint = "exit code 0 means good, 125 means that it cannot tell, any other below 128 means bad; the command runs in a copy of "
                + "the flake without the files that git ignores",
        };

    internal static FleetException TrialWasEnded(LockPlace place, int exitCode) =>
        new($"{HowEnded(exitCode)}, so nothing is known of the lock")
        {
            IsOutside = true,
            Hint = $"to go on with the search: hostlock bisect {place.Name} --resume",
        };

    // A shell gives 128 and the number of the signal, of which there are 64; ssh, say, ends by itself with 255.
    static string HowEnded(int exitCode) => exitCode is > 128 and <= 128 + 64
        ? $"signal {exitCode - 128} ended the command"
        : $"the command ended with {exitCode}, which is neither good nor bad";

    internal static FleetException CannotCopy(string folder, string said) =>
        new($"git cannot list the files of '{folder}': {said:lines}") { IsOutside = true };

    internal static FleetException BisectRuns(LockPlace place) =>
        new($"another hostlock is bisecting {place.Name}") { IsBusy = true, Hint = "wait for it to finish, or end it" };

    internal static FleetException NoBisect(LockPlace place) =>
        new($"no bisect of {place.Name} is open")
        {
            Hint = $"begin one: hostlock bisect {place.Name} --good A --run CMD",
        };

    /// <summary>A new search lacks what it needs; <paramref name="isOpen"/> tells whether an earlier one could go on.</summary>
    public static FleetException BisectNeeds(LockPlace place, bool isOpen) =>
        new("a search needs --good and --run")
        {
            Hint = isOpen ? $"to go on with the open one: hostlock bisect {place.Name} --resume" : "name a good lock and a command",
        };

    /// <summary>An option about the open search came with one of a new search.</summary>
    public static FleetException BisectIsSet() => new("--resume and --abandon are for a search that is open, and take no other option");

    /// <summary>The command of a bisect passes with the lock that is said to be bad.</summary>
    public static FleetException BadIsNotBad() =>
        new("the command passes with the bad lock") { IsRefusal = true, Hint = "the cause may lie outside the lock of the host" };

    /// <summary>The history has no earlier lock of this host.</summary>
    public static FleetException NothingToUndo(LockPlace place) => new($"git knows no earlier lock of {place.Name}") { IsRefusal = true };

    internal static FleetException NothingDone() => new("nothing was done here that can be taken back") { IsRefusal = true };

    internal static FleetException NothingToRedo() =>
        new("nothing was taken back here since the last change") { IsRefusal = true };

    internal static FleetException ChangedSince(string path, string title) =>
        new($"'{path}' has changed since '{title}', so nothing was taken back")
        {
            IsRefusal = true,
            Hint = "the file stays as you changed it; to take back only locks of other hosts, name those hosts",
        };

    internal static FleetException SettledMerge(string title) =>
        new($"'{title}' settled a merge of git's that is over, so there is no conflict to bring back")
        {
            IsRefusal = true,
            Hint = "'hostlock restore HOST --to COMMIT' puts back the lock of either side",
        };

    internal static FleetException ChangedSinceUndo(string path, string title) =>
        new($"'{path}' has changed since '{title}' was taken back, so nothing was put back")
        {
            IsRefusal = true,
            Hint = "the file stays as you changed it",
        };

    internal static FleetException HasOwnChanges(string path) =>
        new($"'{path}' has changes that are in no commit, and they would be in this one")
        {
            IsRefusal = true,
            Hint = "leave out '--commit', and commit the file by hand",
        };

    /// <summary>The text is not a number and a unit of time.</summary>
    public static FleetException NotADuration(string text) => new($"'{text}' is not a duration")
    {
        Hint = "a number and a unit: 3d, 12h, 2w",
    };

    /// <summary>--to was given without exactly one input.</summary>
    public static FleetException ToNeedsOneInput() =>
        new("--to moves one input") { Hint = "name it: -i nixpkgs --to REF-OR-REV" };

    /// <summary>A revision is named, and an age is to choose one.</summary>
    public static FleetException ToChoosesItself() =>
        new("--to names the revision, and --min-age chooses it by its age") { Hint = "leave one of the two out" };

    /// <summary>--exclude and --input were both given.</summary>
    public static FleetException ExcludesNamed() =>
        new("--exclude is for an update of all inputs, and --input names some") { Hint = "name the inputs to move, or those to leave" };

    /// <summary>True if the answer is no, although nothing is wrong; this gives exit code 1.</summary>
    public bool IsRefusal { get; private init; }

    /// <summary>--locked was given, and the locks of these hosts are not in line with what is declared.</summary>
    public static FleetException NeedsLock(IReadOnlyList<string> names) =>
        new($"{(names.Count == 1 ? $"the lock of {names[0]} is" : $"the locks of {string.Join(", ", names)} are")} not in line with what "
            + $"is declared, and --locked forbids writing")
        {
            IsRefusal = true,
            Hint = $"hostlock lock {string.Join(' ', names)}",
        };

    /// <summary>Another run holds the fleet; this gives exit code 6.</summary>
    public static FleetException Busy(string file) =>
        new($"another hostlock is writing here ('{file}')") { IsBusy = true, Hint = "wait for it to finish, then try again" };

    internal static FleetException ChangedMeanwhile(string file) =>
        new($"'{file}' was changed since the plan was made, so nothing was written") { IsBusy = true, Hint = "try again" };

    /// <summary>True if somebody else is writing to the fleet; this gives exit code 6.</summary>
    public bool IsBusy { get; private init; }

    // Adopting a flake.
    internal static FleetException EjectsOwnFlake(HostName host, string flake) =>
        new($"the inputs of {host} are declared in '{flake}', which flake.lock does not lock")
        {
            Hint = "declare them in flake.nix first, or eject the whole flake",
        };

    internal static FleetException EjectsOwnInputs(HostName host, IEnumerable<string> inputs) =>
        new($"{host} tracks {string.Join(", ", inputs)} by itself, and flake.lock holds only what all hosts track")
        {
            Hint = $"remove the inputs of {FleetFile.HeaderOf("hosts", host.ToString())} from hostlock.toml first",
        };

    /// <summary>--keep was given together with hosts.</summary>
    public static FleetException KeepsWithHosts() => new("--keep is for ejecting the whole flake, and a host is named")
    {
        Hint = "to give flake.lock the lock of a host: hostlock promote HOST root",
    };

    /// <summary>
    /// The hosts are computed by Nix code, and no nix is installed. <paramref name="place"/> is the folder whose sub-folders are
    /// named like hosts; null means none.
    /// </summary>
    public static FleetException HostsUnknown(string? place, IEnumerable<HostName> names) =>
        new("the host names in flake.nix are computed, and there is no nix here to evaluate them") { Hint = ToNameThem(place, names) };

    /// <summary>The hosts are computed by Nix code, and nix failed with <paramref name="why"/>, its last line of error.</summary>
    public static FleetException NixCannotNameHosts(string why, string? place, IEnumerable<HostName> names) =>
        new($"the host names in flake.nix are computed, and nix cannot evaluate them: {why:lines}")
        {
            IsOutside = true,
            Hint = ToNameThem(place, names),
        };

    /// <summary>The flake has no hosts and no homes.</summary>
    public static FleetException HasNoHosts() =>
        new("this flake has no hosts: nothing under nixosConfigurations or darwinConfigurations, and no homes")
        {
            Hint = "declare a host in flake.nix first",
        };

    /// <summary>The flake has no hosts, but homes or telephones, which are taken in only by name.</summary>
    public static FleetException HasOnlyCandidates(IEnumerable<HostName> names) =>
        new($"this flake has no hosts, only homes or telephones: {string.Join(' ', names)}")
        {
            Hint = $"to give one of them a lock of its own, name it: hostlock init {names.First()}",
        };

    internal static FleetException WouldLose(string path, bool hasGit, bool isIgnored) =>
        new($"'{path}' would be replaced by the pins that build its host today, and "
            + $"{(hasGit ? "git does not have its present contents" : "there is no git to keep it")}")
        {
            Hint = hasGit
                ? $"git add {(isIgnored ? "-f " : "")}{ShellWord.Quote(path)}"
                : $"move it out of the flake first: mv {ShellWord.Quote(path)} ..",
        };

    /// <summary>A page is to be shown, and nothing can show it.</summary>
    public static FleetException NoDisplay() =>
        new("there is no display to show the page on: neither DISPLAY nor WAYLAND_DISPLAY is set")
        {
            Hint = "leave '--open' out, and open it in a browser",
        };

    /// <summary>A page is to be shown that goes to the standard output, and is no file.</summary>
    public static FleetException ShowsNoFile() =>
        new("'--open' shows a file, and the page goes to the standard output") { Hint = "leave '--open' out, or name a file" };

    /// <summary>An option is about the report in the other format.</summary>
    public static FleetException NotInThisFormat(string option, string format) =>
        new($"'{option}' is for '--format {format}'");

    internal static FleetException ReportIsTracked(string name) =>
        new($"git knows '{name}' in this folder, so it is not replaced unless it is named")
        {
            IsRefusal = true,
            Hint = $"to replace it all the same, name it: -o {name}",
        };

    internal static FleetException CannotShow(string path, string why) =>
        new($"{DesktopProgram.Name} cannot show '{path}': {why:lines}") { IsOutside = true, Hint = "open it in a browser" };

    /// <summary>A page cannot be served at a port or a socket.</summary>
    /// <param name="place">The port or the socket.</param>
    /// <param name="why">The error of the system.</param>
    public static FleetException CannotServe(string place, string why) =>
        new($"cannot serve the page at {place}: {why:lines}")
        {
            IsOutside = true,
            Hint = "without --port and --socket, any free port is taken",
        };

    /// <summary>A port is named that does not exist.</summary>
    public static FleetException NoSuchPort(int port) =>
        new($"there is no port {port}") { Hint = "a port is a number from 1 to 65535" };

    internal static FleetException SocketExists(string path) =>
        new($"'{path}' exists already")
        {
            Hint = "if it is the socket of a run that was killed, remove it; otherwise name another path",
        };

    internal static FleetException SocketTooLong(string path) =>
        new($"the path of the socket '{path}' is too long for a socket") { Hint = "the system takes about 100 bytes" };

    /// <summary>A page asks for a command that it does not offer.</summary>
    public static FleetException NotOnThePage(string action) => new($"the page has no command '{action}'");

    /// <summary>A page asks for a command without a word that it needs, or with one that it does not take.</summary>
    /// <param name="action">The command.</param>
    /// <param name="field">The word.</param>
    /// <param name="isMissing">True if it is missing.</param>
    public static FleetException WrongOnThePage(string action, string field, bool isMissing) =>
        new($"{action} {(isMissing ? "needs" : "takes no")} '{field}'");

    static IEnumerable<string> Words(IEnumerable<HostName> hosts) => hosts.Select(host => host.ToString());

    static string ToNameThem(string? place, IEnumerable<HostName> names) =>
        place is not null
            ? $"name them; by the folders of {place}: hostlock init {string.Join(' ', names)}"
            : "name them: hostlock init HOST…";

    static string? Known(string what, IEnumerable<string> names)
    {
        var listed = names.Take(12).Select(Visible.Name).ToList();
        return listed.Count == 0 ? null : $"{what}: {string.Join(", ", listed)}{(names.Count() > listed.Count ? ", …" : "")}";
    }
}
