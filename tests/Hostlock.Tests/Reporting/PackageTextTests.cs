using Hostlock.Machines;
using Hostlock.Machines.Packages;
using Hostlock.Reporting;

namespace Hostlock.Tests.Reporting;

public class PackageTextTests
{
    const long Mebibyte = 1024 * 1024;

    [Fact]
    public void Packages_have_their_versions_and_what_has_none_is_counted() =>
        Assert.Equal(
            """
            firefox  143.0 → 141.0, goes back  -2.0 MiB
            htop     ∅ → 3.4                   +8.0 KiB
            linux    6.12.1, 6.6.9 → 6.12.4
            nano     8.0 → ∅
            tool     no version → 1
            rebuilt  1 of the same version
            without a version  1 added, 2 changed
            closure  2.0 GiB → 2.0 GiB  -2.0 MiB

            """,
            Render(
                new("firefox", ["143.0"], ["141.0"], 5 * Mebibyte, 3 * Mebibyte),
                new("glibc", ["2.40"], ["2.40"], 7, 7),
                new("htop", [], ["3.4"], 0, 8192),
                new("linux", ["6.12.1", "6.6.9"], ["6.12.4"], 8191, 0),
                new("nano", ["8.0"], [], 5, 0),
                new("tool", [""], ["1"], 5, 5),
                new("unit-a.service", [""], [""], 1, 1),
                new("unit-b.service", [""], [""], 1, 1),
                new("unit-c.service", [], [""], 0, 1)));

    [Fact]
    public void Systems_of_the_same_packages_are_said_to_be_so() =>
        Assert.Equal(
            """
            the systems have the same packages
            rebuilt  1 of the same version
            closure  2.0 GiB → 2.0 GiB  -2.0 MiB

            """,
            Render(new PackageChange("glibc", ["2.40"], ["2.40"], 7, 7)));

    [Fact]
    public void One_system_is_the_same() =>
        Assert.Equal("the systems are the same\n", PackageText.Render(new(Path('0'), Path('0'), 1, 1, []), Ink.Plain));

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(1023, "1023 B")]
    [InlineData(1024, "1.0 KiB")]
    [InlineData(1048575, "1.0 MiB")]
    [InlineData(1536 * 1024, "1.5 MiB")]
    [InlineData(long.MaxValue, "8.0 EiB")]
    public void A_size_has_the_unit_that_makes_it_short(long bytes, string text) => Assert.Equal(text, Amounts.Size(bytes));

    static string Render(params PackageChange[] changes) =>
        PackageText.Render(new(Path('0'), Path('1'), 2048 * Mebibyte, 2046 * Mebibyte, [.. changes]), Ink.Plain);

    static StorePath Path(char digit) => StorePath.TryParse($"/nix/store/{new string(digit, 32)}-system")!;
}
