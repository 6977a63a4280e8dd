using Hostlock.Flakes;

namespace Hostlock.Reporting;

/// <summary>Says in a word what an input tracks.</summary>
static class BranchText
{
    const int MostLetters = 30;

    /// <summary>The branch, tag or other name that a reference states; empty if it states none.</summary>
    /// <param name="reference">The reference.</param>
    public static string Of(FlakeRef reference) => Visible.Name(reference.Ref ?? "");

    /// <summary>The part of a reference that tells it from another one: the branch if both are of one repository, else the
    /// reference.</summary>
    /// <param name="reference">The reference.</param>
    /// <param name="other">The other one.</param>
    public static string Of(FlakeRef reference, FlakeRef other)
    {
        var isOfSame = reference.GitAddress is { } address && address == other.GitAddress;
        var words = isOfSame ? reference.Ref ?? "default branch" : Visible.Name(reference.ToString());
        return words.Length <= MostLetters ? words : $"{words[..(MostLetters - 1)]}…";
    }
}
