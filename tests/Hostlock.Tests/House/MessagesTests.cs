using System.Collections.Immutable;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using Hostlock.Cli;
using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Locks;
using Hostlock.Machines;
using Hostlock.Releases;
using Hostlock.Reporting;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.House;

/// <summary>
/// Every message of the library, made by its factory and rendered, in one text a floor under House/messages. It is for reading:
/// <c>HOSTLOCK_BLESS=1</c> rewrites it.
/// </summary>
public partial class MessagesTests
{
    static readonly Type[] Exceptions =
    [
        .. typeof(HostlockException).Assembly.GetTypes().Concat(typeof(App).Assembly.GetTypes())
        .Where(type => type.IsSubclassOf(typeof(HostlockException)))
        .OrderBy(type => type.Name, StringComparer.Ordinal),
    ];

    static readonly string[] Programs = ["Git ", "Nix "];

    public static TheoryData<string> Names => [.. Exceptions.Select(type => type.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Messages_are_phrases_in_lower_case_without_a_full_stop(string name)
    {
        var phrases = MessagesOf(name).SelectMany(message => new[] { message.Error.Message, message.Error.Hint }).OfType<string>();

        Assert.All(phrases, phrase =>
        {
            Assert.False(phrase.EndsWith('.'), phrase);
            // Names of programs keep their capital.
            Assert.False(
                phrase is [var first, var second, ..]
                    && char.IsUpper(first)
                    && char.IsLower(second)
                    && !Programs.Any(program => phrase.StartsWith(program, StringComparison.Ordinal)),
                phrase);
        });
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Messages_read_as_recorded(string name)
    {
        var text = new StringBuilder();
        foreach (var (factory, error) in MessagesOf(name))
            text.Append("## ").Append(factory).Append('\n').Append(ErrorText.Render(error, Ink.Plain)).Append('\n');
        var file = Path.Combine(Repository.Root, "tests/Hostlock.Tests/House/messages", $"{name}.txt");

        if (Environment.GetEnvironmentVariable("HOSTLOCK_BLESS") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, text.ToString());
        }
        Assert.Equal(File.ReadAllText(file), text.ToString());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_command_of_hostlock_in_a_hint_says_where_the_flake_is(string name)
    {
        var hints = MessagesOf(name)
            .Where(message => message.Error.Hint is not null)
            .Select(message => ErrorText.Render(message.Error, Ink.Plain, new("fleet", "fleet")).Split("\nhint: ")[^1]);

        Assert.All(hints, hint => Assert.DoesNotMatch(Unplaced(), hint));
    }

    // A search has to be broken off first, and a lock file of git's has to stay for seconds.
    static readonly string[] NotTriedByScripts = ["BisectNeeds", "NotShownToNix"];

    /// <summary>A command with a word in capitals is for the user to complete.</summary>
    [Theory]
    [InlineData(nameof(FleetException))]
    [InlineData(nameof(LockException))]
    public void A_hint_with_a_command_has_a_script_that_tries_it(string name)
    {
        var offering = MessagesOf(name).Where(message => message.Error.Hint is { } hint && Offered().Matches(hint).Any(IsWhole))
            .Select(message => message.Factory).Distinct();

        Assert.All(
            offering.Except(NotTriedByScripts),
            factory => Assert.True(
                File.Exists(Path.Combine(Repository.Root, $"tests/Hostlock.Tests/Scripts/mends/{factory}.txtar")), factory));

        static bool IsWhole(Match command) => !Placeholder().IsMatch(command.Value);
    }

    [GeneratedRegex("(?<=^|'|: )(?:hostlock|git|cp|mv) [^']*")]
    private static partial Regex Offered();

    [GeneratedRegex(@"\b[A-Z]{2,}\b")]
    private static partial Regex Placeholder();

    // "this hostlock reads version 1" and "hostlock keeps such an input" speak of the program.
    [GeneratedRegex("(?<!this |a newer |another )hostlock (?!-C |keeps\\b)[a-z]")]
    private static partial Regex Unplaced();

    static IEnumerable<(string Factory, HostlockException Error)> MessagesOf(string name)
    {
        var type = Exceptions.Single(each => each.Name == name);
        return type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
            .Where(method => method.ReturnType == type && !method.Name.Contains('<', StringComparison.Ordinal))
            .OrderBy(method => method.Name, StringComparer.Ordinal).ThenBy(method => method.GetParameters().Length)
            .Select(method => (method.Name, (HostlockException)method.Invoke(null, [.. method.GetParameters().Select(SampleFor)])!));
    }

    // A value as such a parameter would have it: short, and called like the parameter if it is text.
    static object? SampleFor(ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        object sample = 0 switch
        {
            _ when type == typeof(string) => parameter.Name!,
            _ when type == typeof(int) || type == typeof(long) || type == typeof(ulong) =>
                Convert.ChangeType(7, type, System.Globalization.CultureInfo.InvariantCulture),
            _ when type == typeof(bool) => true,
            _ when type == typeof(DateOnly) || type == typeof(DateOnly?) => new DateOnly(2026, 3, 1),
            _ when type == typeof(DateTimeOffset) => new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero),
            _ when type == typeof(TimeSpan) || type == typeof(TimeSpan?) => TimeSpan.FromHours(36),
            _ when type == typeof(SourceSpan) => new SourceText("file", "first\nsecond line\n").Span(13, 4),
            _ when type == typeof(SourceText) => new SourceText("file", "first\nsecond line\n"),
            _ when type.IsAssignableFrom(typeof(IOException)) && type != typeof(object) => new IOException("no space left"),
            _ when type == typeof(FlakeRef) => FlakeRef.Indirect("nixpkgs"),
            _ when type == typeof(FlakeUrl) => FlakeUrl.TryParse("github:NixOS/nixpkgs")!,
            _ when type == typeof(Revision) => Revision.Parse(new string(parameter.Name == "later" ? '2' : '1', 40)),
            _ when type == typeof(InputPath) => InputPath.Of("a", "b"),
            _ when type == typeof(HostName) => HostName.Parse("plex"),
            _ when type == typeof(ReleaseNumber) => ReleaseNumber.TryOf(7)!.Value,
            _ when type == typeof(HostlockException) => FleetException.NoHosts(),
            _ when type == typeof(StorePath) => StorePath.TryParse($"/nix/store/{new string('0', 32)}-system")!,
            _ when type == typeof(LockOwner) => new LockOwner.Host(HostName.Parse("web")),
            _ when type.IsAssignableFrom(typeof(HostName[])) => new[] { HostName.Parse("one"), HostName.Parse("two") },
            _ when type == typeof(Freeze) => new Freeze("ZFS", new DateOnly(2026, 12, 31)),
            _ when type == typeof(LockFile) => LockFile.Empty,
            _ when type == typeof(LockPlace) => LockPlace.Of("/flake", "locks/plex.lock", [new LockOwner.Host(HostName.Parse("plex"))]),
            _ when type == typeof(RefAttributes) => RefAttributes.Of(("type", "path"), ("path", "/x")),
            _ when type == typeof(Uri) => new Uri("https://example.org/x"),
            _ when type.IsEnum => Enum.GetValues(type).GetValue(0)!,
            _ when type.IsAssignableFrom(typeof(string[])) => new[] { "one", "two" },
            _ when type.IsAssignableFrom(typeof(ImmutableArray<string>)) => ImmutableArray.Create("one", "two"),
            _ when type.IsAssignableFrom(typeof(FleetException[])) => new[] { FleetException.NoHosts(), FleetException.RootCannotFreeze() },
            _ when type.IsAssignableFrom(typeof(InputPath[])) => new[] { InputPath.Of("a"), InputPath.Of("b") },
            _ when type.IsAssignableFrom(typeof(string[][])) => new[] { new[] { "one" } },
            _ =>
                throw new NotSupportedException(
                    $"what a {type} may look like is to be said in {nameof(SampleFor)} (for {parameter.Member.Name})"),
        };
        return sample;
    }
}
