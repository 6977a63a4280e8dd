using Hostlock.Rollouts.Steps;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Rollouts.Steps;

[Trait("part", "programs")]
public sealed class StepScriptTests : IDisposable
{
    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // The timer of a pull starts a unit that is on its way up until the pull ends.
    [Theory]
    [InlineData("hostlock-pull.service loaded activating start pull", "no")]
    [InlineData("hostlock-pull.service loaded activating start pull\nweb.service loaded activating auto-restart web", "yes")]
    [InlineData("● web.service loaded activating start web", "yes")]
    [InlineData("● hostlock-pull.service loaded activating start pull", "no")]
    [InlineData("", "no")]
    public void A_check_waits_for_units_on_their_way_up_and_not_for_the_one_that_it_runs_in(string units, string waits)
    {
        var start = StepScript.Text.IndexOf("\nstarts() {", StringComparison.Ordinal);
        var end = StepScript.Text.IndexOf("\n}\n", start, StringComparison.Ordinal) + "\n}\n".Length;
        var script = _folder.Write(
            "script",
            "has_systemd() { :; }\nline() { first=0::/system.slice/hostlock-pull.service; }\n"
            + $"systemctl() {{ [ -z '{units}' ] || echo '{units}'; }}\n{StepScript.Text[start..end]}"
            + "if starts; then echo yes; else echo no; fi\n");

        foreach (var shell in new[] { "sh", "bash" })
            Assert.Equal($"{waits}\n", Run.Program(shell, _folder.Path, TestGit.Variables, script).Succeeded);
    }
}
