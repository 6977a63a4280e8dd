using System.Text;
using CsCheck;
using Hostlock.Fleets;

namespace Hostlock.Tests.Fleets;

/// <summary>Contents are told by what they have in common with others, and come back byte for byte.</summary>
public sealed class ContentsDeltaTests
{
    [Fact]
    public void The_parts_of_contents_make_them_up()
    {
        var line = Gen.OneOf(
            Gen.Int[0, 4].Select(i => $"        \"repo\": \"one of few\", {i}\n"),
            Gen.Int[0, 100_000].Select(i => $"        \"rev\": \"{i:x40}\"\n"),
            Gen.String[0, 6]);
        Gen.Select(line.Array[0, 60], Gen.Select(Gen.Int[0, 59], Gen.Int[0, 3], line).Array[0, 8]).Sample(
            (lines, edits) =>
            {
                var edited = lines.ToList();
                foreach (var (at, kind, text) in edits.Where(edit => edit.Item1 < edited.Count))
                {
                    if (kind == 0)
                        edited.RemoveAt(at);
                    else if (kind == 1)
                        edited.Insert(at, text);
                    else
                        edited[at] = text;
                }
                var (like, contents) = (Encoding.UTF8.GetBytes(string.Concat(lines)), Encoding.UTF8.GetBytes(string.Concat(edited)));

                Assert.Equal(contents, ContentsDelta.Apply(like, ContentsDelta.Between(like, contents), long.MaxValue));
            });
    }

    [Fact]
    public void A_revision_that_moves_takes_a_line_or_two()
    {
        static byte[] Lock(int revision, string more) => Encoding.UTF8.GetBytes(
            string.Concat(Enumerable.Range(0, 500).Select(i => $"  \"input{i}\": \"{(i is 3 or 400 ? revision : i):x40}\"\n"
                + (i == 200 ? more : ""))));
        var added = string.Concat(Enumerable.Repeat("  \"another\": \"input\"\n", 50));

        var parts = ContentsDelta.Between(Lock(1, ""), Lock(2, added));

        Assert.InRange(parts.Sum(part => part.Own.Length), added.Length, added.Length + 400);
    }

    [Fact]
    public void Contents_larger_than_allowed_are_not_made() =>
        Assert.Null(ContentsDelta.Apply("abc"u8, [new(0, 3, default), new(0, 3, default)], 5));
}
