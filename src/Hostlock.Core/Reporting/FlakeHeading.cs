namespace Hostlock.Reporting;

/// <summary>Renders the heading above the text about one of several flakes.</summary>
public static class FlakeHeading
{
    /// <summary>Renders the heading: the folder of the flake, with a slash that tells it from the name of a host.</summary>
    /// <param name="name">The name of the flake.</param>
    /// <param name="ink">How to colour.</param>
    public static string Render(string name, Ink ink) => ink.Bold($"{Visible.Name(name)}/");

    /// <summary>Renders in which flake hosts are systems, if others have homes of them.</summary>
    /// <param name="hosts">The hosts.</param>
    /// <param name="name">The name of the flake.</param>
    public static string SystemsIn(IEnumerable<string> hosts, string name) =>
        $"in {Visible.Name(name)}/, which has the system of {string.Join(' ', hosts.Select(Visible.Name))}\n";

    /// <summary>Renders the flakes of a repository that are not adopted, a line each; of very many, the first.</summary>
    /// <param name="flakes">The name of each, and the way from the current folder to it.</param>
    public static string NotAdopted(IEnumerable<(string Name, string Way)> flakes) => string.Concat(
        flakes.Take(MostNamed).Select(
            flake => $"{Visible.Name(flake.Name)}/ is not adopted: "
                + $"'hostlock -C {ShellWord.Quote(flake.Way)} init' gives each host there a lock of its own\n"));

    const int MostNamed = 3;
}
