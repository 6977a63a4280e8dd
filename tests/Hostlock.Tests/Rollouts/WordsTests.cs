using Hostlock.Machines;
using Hostlock.Platform;
using Hostlock.Rollouts;

namespace Hostlock.Tests.Rollouts;

/// <summary>The short forms of a program's last words, and of the parts of a system that only a boot brings into use.</summary>
public class WordsTests
{
    static readonly StorePath Old = Kernel('0', "6.12.1"), New = Kernel('1', "6.12.4"), Rebuilt = Kernel('2', "6.12.4");

    [Theory]
    [InlineData("first\nlast\n\n", "last")]
    [InlineData("  \n", "exit code 3")]
    [InlineData("", "exit code 3")]
    [InlineData("\u001b[31mred\n", "\\u001b[31mred")]
    public void A_program_complains_by_its_last_line(string errors, string complaint) =>
        Assert.Equal(complaint, Complaint.Of(new Finished(3, "", errors)));

    [Fact]
    public void A_kernel_is_named_with_its_version_if_that_is_another_one()
    {
        Assert.Equal("linux 6.12.4", RebootWords.Of([new("initrd", Old, New), new("kernel", Old, New)]));
        Assert.Equal("linux", RebootWords.Of([new("kernel", New, Rebuilt)]));
    }

    [Fact]
    public void Without_a_kernel_the_parts_are_named()
    {
        Assert.Equal("initrd, kernel-modules", RebootWords.Of([new("initrd", Old, New), new("kernel-modules", Old, New)]));
        Assert.Equal("", RebootWords.Of([]));
    }

    static StorePath Kernel(char digit, string version) =>
        StorePath.TryParse($"/nix/store/{new string(digit, 32)}-linux-{version}")!;
}
