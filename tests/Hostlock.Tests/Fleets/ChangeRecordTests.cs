using CsCheck;
using Hostlock.Fleets;
using Hostlock.Fleets.Undoing;
using Hostlock.Locks;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fleets;

/// <summary>The record of changes: each command adds one, and its files can be taken back and put back one by one.</summary>
[Trait("part", "programs")]
public sealed class ChangeRecordTests : IDisposable
{
    readonly TempFolder _folder = new();
    readonly CountingProcesses _processes = new();

    public ChangeRecordTests()
    {
        _folder.Write("flake.nix", "{ outputs = _: { }; }\n");
        _folder.Write("hostlock.toml", "version = 1\n[hosts.plex]\n[hosts.web]\n");
        TestGit.Commit(_folder.Path, 1);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_change_is_what_the_files_were_and_what_they_are_to_be()
    {
        _folder.Write("a", "old");
        Begin("update", ("a", "new"), ("b", "made"), ("hostlock.toml", _folder.Read("hostlock.toml")));

        var change = Assert.Single(Record.Changes());

        Assert.Equal("hostlock update", change.Title);
        Assert.Equal(
            [("a", "old", "new"), ("b", null, "made")],
            change.Files.Select(file => (file.Path, Text(file.Before), Text(file.After))));
    }

    [Fact]
    public async Task A_lock_that_git_has_and_is_too_large_is_not_put_back_in_part()
    {
        _folder.Write("locks/plex.lock", new string(' ', LockFileReader.MaximumBytes + 2));
        TestGit.Commit(_folder.Path, 2);
        _folder.Write("locks/plex.lock", "small");
        TestGit.Commit(_folder.Path, 3);

        var error = await Assert.ThrowsAsync<LockException>(
            () => new ChangeUndo(_processes, FleetFolder.Open(_folder.Path)).PlanUndoAsync(null, TestContext.Current.CancellationToken));

        Assert.StartsWith("'the earlier locks/plex.lock' is too large", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_changes_nothing_is_no_change()
    {
        _folder.Write("a", "same");
        Begin("update", ("a", "same"));

        Assert.Empty(Record.Changes());
        Assert.False(Directory.Exists(_folder[".git/hostlock-changes"]));
    }

    [Fact]
    public void The_same_command_goes_on_with_the_change_that_it_was_broken_off_in()
    {
        _folder.Write("a", "old");
        _folder.Write("b", "old");
        Begin("update", ("a", "new"), ("b", "new"));
        _folder.Write("a", "new");
        Begin("update", ("a", "new"), ("b", "newer"));

        var change = Assert.Single(Record.Changes());

        Assert.Equal(
            [("a", "old", "new"), ("b", "old", "newer")],
            change.Files.Select(file => (file.Path, Text(file.Before), Text(file.After))));
    }

    [Fact]
    public void Only_so_many_changes_are_kept()
    {
        for (var i = 0; i < ChangeRecord.MostChanges + 5; i++)
            Do("update", ("a", $"{i}"));

        Assert.Equal(ChangeRecord.MostChanges, Record.Changes().Count());
        Assert.Equal("104", Text(Record.Changes().First().Files.Single().After));
    }

    [Fact]
    public void The_oldest_change_stays_until_the_newest_is_written()
    {
        for (var i = 0; i < ChangeRecord.MostChanges; i++)
            Do("update", ("a", $"{i}"));

        Assert.NotNull(ChangeRecord.EntryOf(Fleet, ["lock"], [("a", Bytes("new"))]));

        Assert.Equal("0", Text(Record.Changes().Last().Files.Single().After));
    }

    [Theory]
    [InlineData("99999999")]
    [InlineData("99000000")]
    [InlineData("98999999")]
    [InlineData("01000000")]
    [InlineData("00000000")]
    [InlineData("-0000001")]
    [InlineData("٥٥٥٥٥٥٥٥")]
    public void A_file_with_an_odd_number_hides_no_change(string name)
    {
        Begin("update", ("a", "1"));
        _folder.Write("a", "1");
        File.Copy(Directory.GetFiles(_folder[".git/hostlock-changes"]).Single(), _folder[$".git/hostlock-changes/{name}.json"]);
        foreach (var (word, text) in new[] { ("lock", "2"), ("hold", "3"), ("promote", "4") })
        {
            Begin(word, ("a", text));
            _folder.Write("a", text);
        }
        var earlier = Record.AddEarlier(Record.Changes().First() with { Words = ["earlier"] });

        Assert.Equal(["hostlock promote", "hostlock hold"], Record.Changes().Take(2).Select(change => change.Title));
        Assert.Contains("hostlock update", Record.Changes().Select(change => change.Title));
        Assert.Equal("hostlock earlier", Record.Changes().Single(change => change.Number == earlier.Number).Title);
    }

    [Fact]
    [Trait("part", "whole")]
    public void Only_so_many_bytes_are_kept_but_always_the_last_change()
    {
        var most = new string('x', LockFileReader.MaximumBytes - 2);
        foreach (var (i, word) in ((string[])["update", "hold", "promote"]).Index())
            Do(word, ("a", $"{i}\n{most}"));

        Assert.Equal(["2", "1"], Record.Changes().Select(change => Text(change.Files.Single().After)![..1]));
    }

    [Fact]
    public void Locks_that_are_alike_are_recorded_as_what_they_differ_in()
    {
        const int hosts = 200;
        string Lock(int host) => string.Concat(Enumerable.Range(0, 400).Select(
            line => $"  line {line} of a lock: {(line is 70 or 310 ? $"revision {host}" : "as in all")}\n"));
        foreach (var host in Enumerable.Range(0, hosts))
            _folder.Write($"{host}", Lock(host));
        Begin("promote", [.. Enumerable.Range(1, hosts - 1).Select(host => ($"{host}", (string?)Lock(0)))]);

        Assert.Equal(
            Enumerable.Range(1, hosts - 1).Select(host => ($"{host}", (string?)Lock(host), (string?)Lock(0))),
            Record.Changes().Single().Files.Select(file => (file.Path, Text(file.Before), Text(file.After))));
        Assert.InRange(new FileInfo(_folder[".git/hostlock-changes/50000000.json"]).Length, 1, Lock(0).Length * 2 + (hosts * 400));
    }

    [Fact]
    public async Task A_change_that_an_earlier_release_recorded_is_taken_back()
    {
        _folder.Write("a", "new");
        _folder.Write("b", "new");
        _folder.Write(
            ".git/hostlock-changes/50000000.json",
            """
            {"version":1,"words":["update","plex"],"contents":{"0a":"b2xk","0b":"bmV3"},
             "files":[{"path":"a","before":"0a","after":"0b"},{"path":"b","before":null,"after":"0b"}]}
            """);

        await UndoAsync();

        Assert.Equal("old", _folder.Read("a"));
        Assert.False(File.Exists(_folder["b"]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData(
        "{\"version\":1,\"words\":[\"x\"],\"contents\":{\"s\":\"AAAA\"},"
            + "\"files\":[{\"path\":\"../a\",\"before\":null,\"after\":\"s\"}]}")]
    [InlineData("{\"version\":1,\"words\":[\"x\"],\"contents\":{},\"files\":[{\"path\":\".git/config\",\"before\":null,\"after\":null}]}")]
    [InlineData("{\"version\":1,\"words\":[\"x\"],\"contents\":{},\"files\":[{\"path\":\"a\",\"before\":null,\"after\":\"none\"}]}")]
    [InlineData("{\"version\":2,\"words\":[\"x\"],\"files\":[{\"path\":\"a\",\"before\":null,\"after\":0}]}")]
    [InlineData(
        "{\"version\":2,\"words\":[\"x\"],\"files\":[{\"path\":\"a\",\"before\":\"AAAA\",\"after\":{\"like\":1,\"parts\":[]}}]}")]
    [InlineData(
        "{\"version\":2,\"words\":[\"x\"],"
            + "\"files\":[{\"path\":\"a\",\"before\":\"AAAA\",\"after\":{\"like\":0,\"parts\":[1,3,\"\"]}}]}")]
    [InlineData(
        "{\"version\":2,\"words\":[\"x\"],"
            + "\"files\":[{\"path\":\"a\",\"before\":\"AAAA\",\"after\":{\"like\":0,\"parts\":[-1,2,\"\"]}}]}")]
    [InlineData("{\"version\":3,\"words\":[\"x\"],\"files\":[{\"path\":\"a\",\"before\":null,\"after\":\"AAAA\"}]}")]
    [InlineData(
        "{\"version\":1,\"words\":[\"x\"],\"contents\":{\"s\":\"AAAA\",\"s\":\"AAAA\"},"
            + "\"files\":[{\"path\":\"a\",\"before\":null,\"after\":\"s\"}]}")]
    [InlineData(
        "{\"version\":2,\"words\":[\"x\"],\"files\":[{\"path\":\"a\",\"before\":null,\"after\":\"AAAA\","
            + "\"head\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\",\"sidesBefore\":[]}]}")]
    public async Task A_record_that_no_hostlock_wrote_is_none(string text)
    {
        _folder.Write(".git/hostlock-changes/50000000.json", text);

        Assert.Empty(Record.Changes());
        await Assert.ThrowsAsync<FleetException>(UndoAsync);
    }

    [Fact]
    public void A_record_of_a_few_bytes_does_not_fill_the_memory()
    {
        // Each contents are twice those before.
        var files = Enumerable.Range(0, 60).Select(
            i => $"{{\"path\":\"f{i}\",\"before\":null,\"after\":{{\"like\":{i},"
                + $"\"parts\":[0,{1L << i},\"\",0,{1L << i},\"\"]}}}}");
        _folder.Write(
            ".git/hostlock-changes/50000000.json",
            "{\"version\":2,\"words\":[\"x\"],\"files\":[{\"path\":\"a\",\"before\":null,\"after\":\"QQ==\"},"
                + string.Join(',', files) + "]}");

        Assert.Empty(Record.Changes());
    }

    [Fact]
    public async Task A_list_of_what_was_taken_back_that_no_hostlock_wrote_is_empty()
    {
        Do("update", ("a", "new"));
        _folder.Write(".git/hostlock-changes/taken-back.json", "{\"version\":1,\"takenBack\":[{\"change\":\"x\"}]}");

        await UndoAsync();

        Assert.False(File.Exists(_folder["a"]));
    }

    [Fact]
    public async Task A_work_tree_has_a_record_of_its_own()
    {
        Do("update", ("a", "new"));
        TestGit.In(_folder.Path, "add", ".");
        TestGit.In(_folder.Path, "worktree", "add", "-q", _folder["other"]);

        Assert.Empty(ChangeRecord.Of(FleetFolder.Open(_folder["other"]))!.Changes());
        await UndoAsync();
        Assert.False(File.Exists(_folder["a"]));
    }

    [Fact]
    public async Task A_link_that_led_nowhere_leads_nowhere_again_once_the_change_is_taken_back()
    {
        Directory.CreateDirectory(_folder["locks"]);
        File.CreateSymbolicLink(_folder["locks/plex.lock"], "../shared.lock");
        Do("update", ("locks/plex.lock", "new"));

        await UndoAsync();
        Assert.False(File.Exists(_folder["shared.lock"]));
        Assert.Equal("../shared.lock", new FileInfo(_folder["locks/plex.lock"]).LinkTarget);

        await RedoAsync();
        Assert.Equal("new", _folder.Read("shared.lock"));
        Assert.Equal("../shared.lock", new FileInfo(_folder["locks/plex.lock"]).LinkTarget);
    }

    /// <summary>Commands, undos and redos in any order: an undo gives the bytes before, and a redo those after, however often.</summary>
    [Fact]
    public async Task Whatever_was_done_is_taken_back_and_put_back_byte_for_byte()
    {
        await Gen.Select(Gen.Int[0, 3], Gen.Int[0, 3], Gen.Int[0, 2]).Array[1, 14].SampleAsync(
            async steps =>
            {
                foreach (var file in new[] { "f0", "f1", "f2", "f3" })
                    File.Delete(_folder[file]);
                if (Directory.Exists(_folder[".git/hostlock-changes"]))
                    Directory.Delete(_folder[".git/hostlock-changes"], recursive: true);
                // The states of the files: those that an undo leads to, and those that a redo does.
                var (back, forth) = (new Stack<string>(), new Stack<string>());
                var count = 0;
                foreach (var (kind, one, other) in steps)
                {
                    if (kind < 2)
                    {
                        back.Push(State());
                        forth.Clear();
                        count++;
                        Do($"step-{count}", ($"f{one}", $"{count}"), ($"f{other}", other == 0 && count % 2 == 0 ? null : $"{count}"));
                        if (State() == back.Peek())
                            back.Pop();
                    }
                    else if (kind == 2 && back.Count > 0)
                    {
                        forth.Push(State());
                        await UndoAsync();
                        Assert.Equal(back.Pop(), State());
                    }
                    else if (kind == 3 && forth.Count > 0)
                    {
                        back.Push(State());
                        await RedoAsync();
                        Assert.Equal(forth.Pop(), State());
                    }
                }
            },
            iter: 60,
            threads: 1);

        string State() => string.Join('|', Enumerable.Range(0, 4).Select(i => File.Exists(_folder[$"f{i}"]) ? _folder.Read($"f{i}") : "-"));
    }

    FleetFolder Fleet => FleetFolder.Open(_folder.Path);

    ChangeRecord Record => ChangeRecord.Of(Fleet)!;

    void Begin(string word, params (string Path, string? Text)[] files) =>
        ChangeRecord.Begin(Fleet, [word], files.Select(file => (file.Path, Bytes(file.Text))));

    void Do(string word, params (string Path, string? Text)[] files)
    {
        var wanted = files.DistinctBy(file => file.Path).ToArray();
        Begin(word, wanted);
        foreach (var (path, text) in wanted)
        {
            if (text is null)
                File.Delete(_folder[path]);
            else
                _folder.Write(path, text);
        }
    }

    async Task UndoAsync()
    {
        var undo = new ChangeUndo(_processes, Fleet);
        await ApplyAsync(undo, await undo.PlanUndoAsync(null, TestContext.Current.CancellationToken));
    }

    async Task RedoAsync()
    {
        var undo = new ChangeUndo(_processes, Fleet);
        await ApplyAsync(undo, await undo.PlanRedoAsync(TestContext.Current.CancellationToken));
    }

    Task ApplyAsync(ChangeUndo undo, UndoPlan plan) => ChangeUndo.ApplyAsync(
        _processes,
        [new(Fleet, undo, stop => undo.UndertakeAsync(["undo"], plan, stop), null, _ => { }, _ => { })],
        TestContext.Current.CancellationToken);

    static ReadOnlyMemory<byte>? Bytes(string? text) =>
        text is null ? (ReadOnlyMemory<byte>?)null : System.Text.Encoding.UTF8.GetBytes(text);

    static string? Text(byte[]? bytes) => bytes is null ? null : System.Text.Encoding.UTF8.GetString(bytes);
}
