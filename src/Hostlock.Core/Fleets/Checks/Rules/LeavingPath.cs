using Hostlock.Flakes;
using Hostlock.Flakes.Nix;

namespace Hostlock.Fleets.Checks.Rules;

/// <summary>
/// A flake of this repository is taken in by an absolute path, and a path in its code leads out of its folder. Nix copies that folder
/// alone, so the path leads nowhere; a relative <c>path:</c> reference keeps the repository around it.
/// </summary>
static class LeavingPath
{
    // A flake in the folder of a host usually has a handful of files.
    const int MostFiles = 200;

    public static IEnumerable<Problem> Find(CheckedFleet fleet) =>
        from input in fleet.Flakes.RootInputs.Values
        let reference = input.Reference
        where reference is { IsRelativePath: false }
        let at = fleet.Flakes.FolderWithin(reference)
        where at is not null
        from leaving in Leaving(fleet.Folder, at)
        select new Problem(
            $"'{leaving.Path}' leads out of {at}, and '{reference}' copies that folder alone; 'path:./{at}' keeps the repository around it",
            leaving.File, leaving.Line);

    static IEnumerable<(string File, int Line, string Path)> Leaving(FleetFolder folder, string at)
    {
        if (!Directory.Exists(folder.Full(at)))
            yield break;
        var files = Directory.EnumerateFiles(folder.Full(at), "*.nix", SearchOption.AllDirectories);
        foreach (var file in files.Order(Utf8Order.Instance).Take(MostFiles))
        {
            var name = Path.GetRelativePath(folder.Path, file);
            if (folder.TextIfReadable(name) is not { } text)
                continue;
            var source = new SourceText(name, text);
            NixExpression code;
            try
            {
                code = NixParser.Parse(source).Expression;
            }
            catch (FlakeException)
            {
                continue; // Nix reports what is wrong with the file
            }
            foreach (var path in NixTree.Within(code).OfType<NixPath>().Where(path => path.Text.StartsWith('.')))
            {
                var target = Path.GetRelativePath(folder.Full(at), Path.GetFullPath(path.Text, Path.GetDirectoryName(file)!));
                if (target.StartsWith("..", StringComparison.Ordinal))
                    yield return (source.Name, source.Position(path.Start).Line, path.Text);
            }
        }
    }
}
