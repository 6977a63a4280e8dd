using Hostlock.Machines;
using Hostlock.Machines.Packages;

namespace Hostlock.Tests.Machines.Packages;

public class PackageDiffTests
{
    [Theory]
    [InlineData("linux-6.12.1", "linux", "6.12.1")]
    [InlineData("firefox-141.0", "firefox", "141.0")]
    [InlineData("glibc-2.40-66-bin", "glibc", "2.40-66")]
    [InlineData("linux-6.12.1-modules-shrunk", "linux", "6.12.1")]
    [InlineData("python3.12-requests-2.32.3", "python3.12-requests", "2.32.3")]
    [InlineData("nixos-system-plex-25.11.20260301.abcdef1", "nixos-system-plex", "25.11.20260301.abcdef1")]
    [InlineData("tool-1.2-beta", "tool", "1.2-beta")]
    [InlineData("tool-1", "tool", "1")]
    [InlineData("tool-man-1-man-man", "tool-man", "1")]
    [InlineData("unit-nginx.service", "unit-nginx.service", "")]
    [InlineData("etc", "etc", "")]
    [InlineData("tool-", "tool-", "")]
    [InlineData("-1", "-1", "")]
    [InlineData("1-1", "1", "1")]
    public void A_version_begins_behind_a_dash_at_a_digit(string text, string name, string version) =>
        Assert.Equal(new(name, version), PackageName.Of(Path('0', text)));

    [Theory]
    [InlineData("", "a-1", "added")]
    [InlineData("a-1", "", "removed")]
    [InlineData("a-1", "a-2", "upgraded")]
    [InlineData("a-10", "a-9", "downgraded")]
    [InlineData("a-1 a-2", "a-2", "changed")]
    [InlineData("a-1", "a-1 a-2", "upgraded")]
    [InlineData("a", "a-2", "upgraded")]
    [InlineData("a-1.0", "a-1-0", "changed")]
    [InlineData("a-1", "a-1", "rebuilt")]
    public void What_became_of_a_package_is_told_by_its_newest_version(string before, string after, string kind)
    {
        var change = Assert.Single(Between(Words('0', before), Words('1', after)).Changes);

        Assert.Equal((kind, "a"), (change.Kind.ToString().ToLowerInvariant(), change.Name));
    }

    [Fact]
    public void Packages_that_are_the_same_paths_are_left_out_and_the_others_come_by_name()
    {
        (char, string, long)[] before = [('0', "same-1", 5), ('0', "b-1", 7), ('0', "b-1-man", 1), ('0', "a-2", 3), ('0', "etc", 2)];
        (char, string, long)[] after = [('1', "etc", 2), ('1', "b-2", 9), ('0', "same-1", 5), ('1', "a-10", 3)];

        var diff = Between(before, after);

        Assert.Equal(
            ["a: 2 → 10, 3 → 3", "b: 1 → 2, 8 → 9", "etc:  → , 2 → 2"],
            diff.Changes.Select(
                change => $"{change.Name}: {string.Join(' ', change.Before)} → {string.Join(' ', change.After)}, "
                    + $"{change.BytesBefore} → {change.BytesAfter}"));
        Assert.Equal((18L, 19L), (diff.BytesBefore, diff.BytesAfter));
    }

    [Fact]
    public void The_order_of_a_closure_makes_no_difference()
    {
        (char, string, long)[] before = [('0', "a-1", 1), ('1', "a-1.0", 1), ('2', "a-1-0", 1), ('0', "z-1", 1)];
        (char, string, long)[] after = [('3', "a-2", 1), ('0', "B-1", 1)];

        var diff = Between(before, after);
        var turned = Between([.. before.Reverse()], [.. after.Reverse()]);

        Assert.Equal(
            diff.Changes.Select(change => $"{change.Name} {string.Join(' ', change.Before)}"),
            turned.Changes.Select(change => $"{change.Name} {string.Join(' ', change.Before)}"));
        Assert.Equal(["B", "a", "z"], diff.Changes.Select(change => change.Name));
    }

    [Fact]
    public void A_closure_is_read_as_nix_prints_it_and_as_it_is_kept()
    {
        var (system, other) = (Path('0', "system"), Path('1', "a-1"));

        var read = Closure.TryParse(system, $"{other}     \t   120\n{system}\t280\n")!;

        Assert.Equal([new(other, 120), new(system, 280)], read.Entries);
        Assert.Equal(400, read.Bytes);
        Assert.Equal(read.Entries, Closure.TryParse(system, read.ToString())!.Entries);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/nix/store/11111111111111111111111111111111-a-1\t120\n")]
    [InlineData("/nix/store/00000000000000000000000000000000-system\n")]
    [InlineData("/nix/store/00000000000000000000000000000000-system 12 KiB\n")]
    [InlineData("/nix/store/00000000000000000000000000000000-system -1\n")]
    [InlineData("/nix/store/00000000000000000000000000000000-system 9223372036854775807\n")]
    [InlineData("warning: you did not specify '--add-root'\n/nix/store/00000000000000000000000000000000-system 1\n")]
    public void Other_text_is_no_closure(string text) => Assert.Null(Closure.TryParse(Path('0', "system"), text));

    static StorePath Path(char digit, string name) => StorePath.TryParse($"/nix/store/{new string(digit, 32)}-{name}")!;

    static (char Digit, string Name, long Bytes)[] Words(char digit, string names) =>
        [.. names.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(name => (digit, name, 1L))];

    static PackageDiff Between((char Digit, string Name, long Bytes)[] before, (char Digit, string Name, long Bytes)[] after)
    {
        return PackageDiff.Between(Of('a', before), Of('b', after));

        static Closure Of(char digit, (char Digit, string Name, long Bytes)[] entries) =>
            new(Path(digit, "system"), [.. entries.Select(entry => new StoreEntry(Path(entry.Digit, entry.Name), entry.Bytes))]);
    }
}
