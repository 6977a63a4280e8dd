using Hostlock.Releases;
using Hostlock.Rollouts;
using Hostlock.Tests.Support;
using static Hostlock.Tests.Releases.SampleReleases;

namespace Hostlock.Tests.Releases;

public sealed class ReleaseMemoryTests : IDisposable
{
    readonly TempFolder _folder = new();

    string State => Path.Combine(_folder.Path, "state");

    string Roots => Path.Combine(_folder.Path, "roots");

    ReleaseMemory Memory => new(State, Roots);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_new_machine_remembers_nothing() => Assert.Equal(ReleaseJudgeTests.Nothing, Memory.Read());

    [Fact]
    public void A_release_is_remembered_in_both_places()
    {
        Memory.Accept(Release(42, 2), Toplevel(2));

        var remembered = Memory.Read();
        Assert.Equal(Release(42, 2).Digest, remembered.Accepted!.Digest);
        Assert.Equal(Number(42), remembered.Rooted);
        Assert.Equal(Toplevel(2), remembered.RootedSystem);
    }

    [Fact]
    public void Either_place_remembers_alone()
    {
        Memory.Accept(Release(42, 2), Toplevel(2));
        File.Delete(Path.Combine(State, "accepted"));
        Assert.Equal(Number(42), Memory.Read().Highest);

        Memory.Accept(Release(42, 2), Toplevel(2));
        Directory.Delete(Roots, recursive: true);
        Assert.Equal(Number(42), Memory.Read().Highest);
    }

    [Fact]
    public void A_file_that_is_no_release_remembers_nothing_and_the_root_still_does()
    {
        Memory.Accept(Release(42, 2), Toplevel(2));
        File.WriteAllText(Path.Combine(State, "accepted"), "41\n");

        Assert.Null(Memory.Read().Accepted);
        Assert.Equal(Number(42), Memory.Read().Highest);
    }

    [Fact]
    public void The_root_of_an_earlier_release_goes()
    {
        Memory.Accept(Release(41, 1), Toplevel(1));
        Memory.Accept(Release(42, 2), Toplevel(2));

        Assert.Equal("release-42", Path.GetFileName(Assert.Single(Directory.GetFileSystemEntries(Roots))));
    }

    [Fact]
    public void A_refusal_is_remembered_until_a_release_is_accepted()
    {
        var note = new RefusalNote(RefusalRule.Number, "release 41 is older than release 42", Number(41), new(Now));
        Memory.Note(note);

        Assert.Equal(note, RefusalNote.TryRead(File.ReadAllBytes(Path.Combine(State, "refused"))));
        Memory.Note(null);
        Assert.False(File.Exists(Path.Combine(State, "refused")));
    }

    // A server may say anything, and the answer of a machine is refused if it has too many bytes.
    [Theory]
    [InlineData("'")]
    [InlineData("\u00e9")]
    [InlineData("\u65e5")]
    [InlineData("\e")]
    [InlineData("\ud83d\ude00")]
    [InlineData("\ud83d")]
    public void A_long_reason_is_remembered_as_far_as_it_fits(string part)
    {
        Memory.Note(new(RefusalRule.Source, string.Concat(Enumerable.Repeat(part, 5000)), null, new(Now)));

        Assert.InRange(new FileInfo(Path.Combine(State, "refused")).Length, 1, RefusalNote.MaximumBytes);
        Assert.Equal(RefusalRule.Source, Memory.Refusal!.Rule);
    }

    [Fact]
    public async Task Why_a_pull_cannot_go_on_is_remembered_and_hides_no_refusal()
    {
        await Assert.ThrowsAsync<ReleaseException>(
            () => Memory.NotingAsync<int>(() => throw ReleaseException.NotCopied(Toplevel(2), "no such path"), TimeProvider.System));
        Assert.Equal((RefusalRule.Cache, false), (Memory.Refusal!.Rule, Memory.Refusal.IsRefusal));
        await Assert.ThrowsAsync<ReleaseException>(
            () => Memory.NotingAsync<int>(() => throw ReleaseException.SwitchUnderWay(), TimeProvider.System));
        Assert.Equal(RefusalRule.Cache, Memory.Refusal.Rule);

        Memory.Note(new(RefusalRule.Signature, "the signature of a release does not count", null, new(Now)));
        await Assert.ThrowsAsync<ReleaseException>(
            () => Memory.NotingAsync<int>(() => throw ReleaseException.NotCopied(Toplevel(2), "no such path"), TimeProvider.System));

        Assert.Equal(RefusalRule.Signature, Memory.Refusal.Rule);
    }

    [Fact]
    public void Receipts_are_appended_after_what_a_power_cut_tore_off()
    {
        Memory.Append(Signed(1, ""));
        File.AppendAllText(Path.Combine(State, "receipts"), "U1NIU0lHAAAA {\"at\":1");

        Memory.Append(Signed(2, Memory.Receipts().Last!.Chain));

        Assert.Equal([1, 2], Numbers());
    }

    [Fact]
    public void A_receipt_that_does_not_follow_is_not_appended()
    {
        Memory.Append(Signed(1, ""));

        Assert.Throws<ReleaseException>(() => Memory.Append(Signed(2, "")));
        Assert.Equal([1], Numbers());
    }

    [Fact]
    public void Of_a_damaged_log_the_lines_before_the_damage_are_known_and_the_warning_names_the_line_and_the_mend()
    {
        Memory.Append(Signed(1, ""));
        Memory.Append(Signed(2, Memory.Receipts().Last!.Chain));
        var path = Path.Combine(State, "receipts");
        File.AppendAllText(path, "garbage\n");

        Assert.Equal([1, 2], Numbers());
        var mend = $"'mv {path} {path}.old' keeps the log for an audit, and a new one begins";
        Assert.Equal($"no receipt is written, because line 3 of '{path}' is no receipt; {mend}", Memory.Receipts().Damage!.Message);
        File.Move(path, $"{path}.old");
        Assert.Null(Memory.Receipts().Damage);
        Memory.Append(Signed(3, ""));
        Assert.Equal([3], Numbers());
    }

    [Fact]
    public void A_log_that_is_too_large_or_no_file_is_damaged()
    {
        Directory.CreateDirectory(State);
        var path = Path.Combine(State, "receipts");
        using (var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write))
            RandomAccess.SetLength(file, ReceiptLog.MaximumBytes + 1);

        Assert.Contains("is too large", Memory.Receipts().Damage!.Message, StringComparison.Ordinal);
        File.Delete(path);
        Directory.CreateDirectory(path);
        Assert.Contains("is not a regular file", Memory.Receipts().Damage!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_log_that_is_full_is_read_and_gets_no_receipt()
    {
        Memory.Append(Signed(1, ""));
        using (var file = File.OpenHandle(Path.Combine(State, "receipts"), FileMode.Open, FileAccess.Write))
            RandomAccess.SetLength(file, ReceiptLog.MaximumBytes);

        Assert.Equal([1], Numbers());
        Assert.Contains("has no room for another receipt; 'mv ", Memory.Receipts().Damage!.Message, StringComparison.Ordinal);
    }

    IEnumerable<int> Numbers() => Memory.Receipts().Contents.Select(receipt => (int)receipt.Release.Value);

    static SignedReceipt Signed(int number, string previous)
    {
        var receipt = new Receipt(
            Home, Plex, Number(number), Toplevel(number), new('a', 64), ReceiptVerdict.Kept, NameMap<Verdict>.Empty, "boot-1", new(Now),
            previous);
        return new(receipt, receipt.Write(), SshSignature.TryParse($"U1NIU0lH{new string('A', 40)}")!);
    }
}
