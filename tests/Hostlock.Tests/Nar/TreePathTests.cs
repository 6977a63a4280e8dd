using Hostlock.Nar;

namespace Hostlock.Tests.Nar;

public class TreePathTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("/", "")]
    [InlineData(".", "")]
    [InlineData("./.", "")]
    [InlineData("..", "")]
    [InlineData("../..", "")]
    [InlineData("a", "a")]
    [InlineData("/a", "a")]
    [InlineData("a/", "a")]
    [InlineData("a//b///c", "a/b/c")]
    [InlineData("./a/./b/.", "a/b")]
    [InlineData("a/../b", "b")]
    [InlineData("a/b/..", "a")]
    [InlineData("a/..", "")]
    [InlineData("../a", "a")]
    [InlineData("a/../../../b", "b")]
    [InlineData("a/..b/...", "a/..b/...")]
    [InlineData(".a", ".a")]
    [InlineData("a b/\t\u0001\n", "a b/\t\u0001\n")]
    [InlineData("ä/雪", "ä/雪")]
    public void A_path_is_the_names_that_are_left(string text, string expected)
    {
        var path = TreePath.Parse(text);

        Assert.Equal(expected, path.ToText());
        Assert.Equal(path, TreePath.Of(System.Text.Encoding.UTF8.GetBytes(text)));
        Assert.Equal(path, TreePath.Parse(expected));
        Assert.Equal(expected.Split('/', StringSplitOptions.RemoveEmptyEntries), path.Names.Select(name => name.ToText()));
    }

    [Fact]
    public void A_text_that_no_file_can_be_named_by_is_an_error()
    {
        foreach (var text in (string[])["a\0b", "\0", $"a/{'\ud800'}", $"{'\udc00'}b"])
        {
            Assert.Throws<NarException>(() => TreePath.Parse(text));
            Assert.Throws<NarException>(() => ByteName.Parse(text));
        }
    }

    [Fact]
    public void Bytes_that_are_no_text_are_kept_and_are_no_text()
    {
        var path = TreePath.Of([(byte)'a', (byte)'/', 0xFF]);

        Assert.Equal([(byte)'a', (byte)'/', 0xFF], path.Bytes.ToArray());
        Assert.False(path.IsText);
        Assert.Throws<NarException>(() => path.ToText());
        Assert.Throws<NarException>(() => path.Name.ToText());
        Assert.NotEqual(TreePath.Parse(path.ToString()), path);
    }

    [Theory]
    [InlineData("", "", "")]
    [InlineData("a", "", "a")]
    [InlineData("a/b", "a", "b")]
    [InlineData("a/b/c", "a/b", "c")]
    public void A_path_lies_in_a_folder_and_has_a_name_there(string text, string folder, string name)
    {
        var path = TreePath.Parse(text);

        Assert.Equal(TreePath.Parse(folder), path.Folder);
        Assert.Equal(name, path.Name.ToText());
        Assert.Equal(path, path.Folder.Join(path.Name));
    }

    [Theory]
    [InlineData("", new string[0])]
    [InlineData("a", new string[0])]
    [InlineData("a/b", new[] { "a" })]
    [InlineData("a/bc/d", new[] { "a", "a/bc" })]
    public void The_folders_on_the_way_are_neither_the_root_nor_the_path(string path, string[] folders) =>
        Assert.Equal(folders, TreePath.Parse(path).Folders.Select(folder => folder.ToText()));

    [Theory]
    [InlineData("", "a/b", "a/b", "a/b")]
    [InlineData("a", "../b", "b", "b")]
    [InlineData("a/b", "../../c", "c", "c")]
    [InlineData("a/b", "./c/..", "a/b", "a/b")]
    [InlineData("a", "../../b", "b", null)]
    [InlineData("a", "../../a", "a", null)]
    [InlineData("", "..", "", null)]
    [InlineData("a", "", "a", "a")]
    public void A_relative_path_does_not_lead_out_of_the_tree(string folder, string relative, string resolved, string? within)
    {
        Assert.Equal(TreePath.Parse(resolved), TreePath.Parse(folder).Resolve(relative));
        Assert.Equal(within is null ? null : TreePath.Parse(within), TreePath.Parse(folder).ResolveWithin(relative));
    }

    [Theory]
    [InlineData("a/b", "a", true, "b")]
    [InlineData("a", "a", true, "")]
    [InlineData("a/b", "", true, "a/b")]
    [InlineData("ab", "a", false, null)]
    [InlineData("a", "a/b", false, null)]
    public void A_path_is_within_a_folder_by_whole_names(string path, string folder, bool isWithin, string? below)
    {
        Assert.Equal(isWithin, TreePath.Parse(path).IsWithin(TreePath.Parse(folder)));
        if (below is not null)
            Assert.Equal(TreePath.Parse(below), TreePath.Parse(path).Below(TreePath.Parse(folder)));
    }

    [Theory]
    [InlineData("a/b", "a/c", "../c")]
    [InlineData("a", "a", ".")]
    [InlineData("", "a/b", "a/b")]
    [InlineData("a/b", "", "../..")]
    public void The_way_to_another_place_leads_there(string from, string to, string way)
    {
        Assert.Equal(way, TreePath.Parse(from).WayTo(TreePath.Parse(to)));
        Assert.Equal(TreePath.Parse(to), TreePath.Parse(from).Resolve(way));
    }

    [Fact]
    public void Names_are_ordered_by_their_bytes_and_not_by_their_characters()
    {
        // U+FF21 comes before U+10000 by bytes, and after it by the halves of a surrogate pair.
        Assert.True(ByteName.Parse("\uff21").CompareTo(ByteName.Parse("\U00010000")) < 0);
        Assert.True(TreePath.Parse("a-b").CompareTo(TreePath.Parse("a/b")) < 0);
        Assert.True(TreePath.Parse("a/b").CompareTo(TreePath.Parse("a")) > 0);
    }

    [Theory]
    [InlineData("foo-bar", false, "foo", true)]
    [InlineData("foo.nix", false, "foo", true)]
    [InlineData("foo", true, "foo0", false)]
    [InlineData("foo", false, "foo-bar", false)]
    public void In_gits_order_a_folder_sorts_as_if_its_name_ended_in_a_slash(
        string first, bool firstIsFolder, string second, bool secondIsFolder)
    {
        var (one, other) = (ByteName.Parse(first), ByteName.Parse(second));

        Assert.True(ByteName.CompareAsGit(one.Bytes, firstIsFolder, other.Bytes, secondIsFolder) < 0);
        Assert.True(ByteName.CompareAsGit(other.Bytes, secondIsFolder, one.Bytes, firstIsFolder) > 0);
    }
}
