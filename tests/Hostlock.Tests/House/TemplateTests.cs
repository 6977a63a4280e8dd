using Hostlock.Tests.Support;

namespace Hostlock.Tests.House;

/// <summary>
/// The template of a new fleet has the library of the project. It cannot be a link: <c>nix flake init</c> copies links as they are, and
/// this one would lead out of the new flake.
/// </summary>
public class TemplateTests
{
    [Fact]
    public void The_template_has_the_library_byte_for_byte()
    {
        var (library, copy) = (Bytes("nix/hostlock.nix"), Bytes("nix/template/hostlock.nix"));

        Assert.True(library.SequenceEqual(copy), "to mend it: cp nix/hostlock.nix nix/template/hostlock.nix");
    }

    static byte[] Bytes(string file) => File.ReadAllBytes(Path.Combine(Repository.Root, file));
}
