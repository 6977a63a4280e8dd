using System.CommandLine;
using System.Globalization;
using System.Text;

namespace Hostlock.Cli;

/// <summary>The manual pages: one a command, with the contents of <c>--help</c>, and hostlock.toml(5).</summary>
/// <remarks>man(7), man-pages(7).</remarks>
static class ManPage
{
    static readonly HelpSection Files = new(
        "Files",
        [
            ("flake.nix", "The flake. hostlock init wraps its outputs in one call, and changes nothing else."),
            ("flake.lock", "The root lock, for dev shells, packages, and hosts without a lock of their own."),
            ("locks/HOST.lock", "The lock of a host, a flake.lock as Nix writes it. hostlock.toml may give it another place."),
            ("hostlock.toml", "The hosts and their settings; see hostlock.toml(5)."),
            ("hostlock.nix", "The Nix code that gives each host the inputs of its lock."),
            ("~/.cache/hostlock", "Answers and copies of repositories. It can be deleted at any time."),
            ("/etc/nix/nix.conf, ~/.config/nix/nix.conf", "Access tokens, netrc, registries and time limits, as for Nix."),
        ]);

    static readonly HelpSection Environment = new(
        "Environment",
        [
            ("HOSTLOCK_FLAKE", "The folder of the flake, if -C does not name it."),
            ("XDG_CACHE_HOME", "The folder that the cache lies in; otherwise ~/.cache."),
            ("NO_COLOR", "If it is set, the output has no colours."),
            ("TERM", "If it is dumb, nothing is coloured or drawn over."),
            ("CI", "If it is set, nothing is asked, as with --no-input."),
            ("NIX_CONFIG, NIX_CONF_DIR, NIX_USER_CONF_FILES, XDG_CONFIG_HOME, XDG_CONFIG_DIRS", "Where nix.conf is, as for Nix."),
            ("NIX_SSL_CERT_FILE, SSL_CERT_FILE, SSL_CERT_DIR", "The authorities that certificates are checked by."),
            ("NIX_SSHOPTS", "Options of ssh for copying systems, as for Nix."),
        ]);

    /// <summary>The name of a page, without its section: <c>hostlock-update</c>.</summary>
    public static string Name(Command command) => HelpPage.Path(command).Replace(' ', '-');

    /// <summary>The page of a command.</summary>
    public static string Render(Command command)
    {
        var help = HelpContents.Of(command);
        var text = new StringBuilder();
        Begin(text, Name(command), "1", help.Summary.TrimEnd('.'));
        text.Append(CultureInfo.InvariantCulture, $".SH SYNOPSIS\n.B {Plain(HelpPage.Path(command))}\n{Plain(help.Usage)}\n");
        text.Append(".SH DESCRIPTION\n");
        text.AppendJoin(".PP\n", help.Paragraphs.DefaultIfEmpty(help.Summary).Select(paragraph => $"{Plain(paragraph)}\n"));
        foreach (var section in help.Sections)
            Append(text, section);
        if (help.Examples.Count > 0)
            text.Append(".SH EXAMPLES\n.EX\n").AppendJoin("", help.Examples.Select(example => $"{Plain(example)}\n")).Append(".EE\n");
        Append(text, help.Codes with { Title = "Exit status" });
        Append(text, Files);
        Append(text, Environment);
        var others = command.Parents.OfType<Command>().Concat(command.Subcommands.Where(each => !each.Hidden)).Select(Name);
        text.Append(".SH SEE ALSO\n")
            .AppendJoin(", ", others.Select(each => $"\\fB{Plain(each)}\\fR(1)").Append("\\fBhostlock.toml\\fR(5)"))
            .Append('\n');
        return text.ToString();
    }

    /// <summary>The page of hostlock.toml.</summary>
    public static string RenderSettings()
    {
        var text = new StringBuilder();
        Begin(text, FleetFileManual.Name, "5", FleetFileManual.Summary);
        text.Append(".SH DESCRIPTION\n").AppendJoin(".PP\n", FleetFileManual.Paragraphs.Select(paragraph => $"{Plain(paragraph)}\n"));
        foreach (var table in FleetFileManual.Tables)
            Append(text, new(table.Title, [.. table.Settings.Select(setting => (FleetFileManual.KeyOf(setting), setting.Meaning))]));
        text.Append(".SH EXAMPLES\n.EX\n").AppendJoin("", FleetFileManual.Example.Split('\n').Select(line => $"{Plain(line)}\n"))
            .Append(".EE\n");
        text.Append(".SH SEE ALSO\n\\fBhostlock\\fR(1), \\fBhostlock\\-check\\fR(1)\n");
        return text.ToString();
    }

    static void Begin(StringBuilder text, string name, string section, string summary)
    {
        text.Append(
            CultureInfo.InvariantCulture,
            $".TH \"{name.ToUpperInvariant()}\" \"{section}\" \"\" \"hostlock {App.Version}\" \"hostlock\"\n");
        text.Append(CultureInfo.InvariantCulture, $".SH NAME\n{Plain(name)} \\- {Plain(summary)}\n");
    }

    static void Append(StringBuilder text, HelpSection section)
    {
        text.Append(CultureInfo.InvariantCulture, $".SH \"{Plain(section.Title.ToUpperInvariant())}\"\n");
        foreach (var (left, right) in section.Rows)
            text.Append(CultureInfo.InvariantCulture, $".TP\n.B {Plain(left.Trim())}\n{Plain(right)}\n");
    }

    // A backslash is troff's escape. A bare dash would become a hyphen, which a search does not find. A dot or a quote at the beginning of
    // a line would be a request.
    static string Plain(string text)
    {
        var plain = text.Replace("\\", "\\e", StringComparison.Ordinal).Replace("-", "\\-", StringComparison.Ordinal);
        return plain.StartsWith('.') || plain.StartsWith('\'') ? $"\\&{plain}" : plain;
    }
}
