using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Hostlock.Conformance.Support;
using static Hostlock.Conformance.FakeHosts.FakeHost;

namespace Hostlock.Conformance.FakeHosts;

/// <summary>
/// A machine with real systemd, and the timer and the service of the module, as real Nix evaluates it. Only the place of the program is
/// another one, and the service also finds the programs of a fake host.
/// </summary>
public sealed partial class PullTimerTests(PullFleet fleet, OwnFlake own) : IClassFixture<OwnFlake>
{
    internal static string[] Hosts { get; } = [Kept, Returned];

    const string Kept = "timer", Returned = "timer-back";

    // Keys of a service that NixOS's switch looks at, and systemd does not.
    static readonly string[] ForSwitches = ["restartIfChanged", "stopIfChanged"];

    const string Units = "/run/systemd/system/hostlock-pull";

    [Fact]
    public void The_timer_of_the_module_pulls_in_its_sandbox()
    {
        var story = fleet.Begin(Kept, isSystemd: true);
        Install(story);
        story.Serve(story.Release(1));

        _ = story.Host.Shell("systemctl start hostlock-pull.timer").Succeeded;
        Until(() => story.Receipts().Length == 1);

        story.AssertRuns(story.Next);
        Until(() => Shown(story, "ActiveState") == "inactive");
        Assert.Equal(("success", "0"), (Shown(story, "Result"), Shown(story, "ExecMainStatus")));
        Assert.Equal(
            ("full", "yes", "yes", "read-only"),
            (Shown(story, "ProtectSystem"), Shown(story, "NoNewPrivileges"), Shown(story, "PrivateTmp"), Shown(story, "ProtectHome")));
    }

    [Fact]
    public void A_system_whose_unit_fails_is_given_back_by_the_service_of_the_module()
    {
        var story = fleet.Begin(Returned, isSystemd: true);
        story.Host.Write("/run/systemd/system/second.service.d/fails.conf", "[Service]\nType=oneshot\nExecStart=\nExecStart=/bin/false\n");
        Install(story);
        story.Serve(story.Release(1));

        _ = story.Host.Shell("systemctl start hostlock-pull.timer").Succeeded;
        Until(() => story.Receipts().Length == 1);

        Assert.Contains("\"verdict\":\"returned\"", Assert.Single(story.Receipts()), StringComparison.Ordinal);
        story.AssertRuns(story.Before.Running);
        Until(() => story.Refusal() is { } note && (string?)note["rule"] == "returned");
        Assert.Single(story.Receipts());
    }

    static string Shown(PullStory story, string property) =>
        story.Host.Shell($"systemctl show --value --property={property} hostlock-pull.service").Succeeded.Trim();

    void Install(PullStory story)
    {
        var nix = own.Nix("2.34");
        var flake = own.FleetWithModule(
            $"{story.Name}",
            $$"""
            services.hostlock.pull = {
              enable = true;
              fleet = "home";
              host = "{{story.Name}}";
              sources = [ "{{PullFleet.Started.Address}}/releases/{{story.Name}}" ];
              cache = "{{PullFleet.Started.Address}}/cache";
              hostKey = "/etc/ssh/host_key";
              allowedSigners = ''release namespaces="hostlock-release" {{story.PublicKey}}'';
              textfile = "/var/lib/numbers/hostlock.prom";
              interval = "*:*:0/3";
              randomizedDelay = "0";
            };
            """);
        var config = JsonNode.Parse(nix.Run(
            flake, "eval", "--json", ".#nixosConfigurations.laptop.config", "--apply",
            "config: { inherit (config) systemd; inherit (config.environment) etc; }").Succeeded)!;
        var units = config["systemd"]!.AsArray()
            .SelectMany(definition => definition!.AsObject())
            .ToDictionary(kind => kind.Key, kind => kind.Value!["hostlock-pull"]?.AsObject());
        var service = units["services"]!;
        story.Host.Write($"{Units}.service", OwnPlace().Replace(Text(service), "/usr/local/bin/"));
        story.Host.Write($"{Units}.timer", Text(units["timers"]!));
        // Left to itself, systemd lets a timer go off up to a minute late, so that it can wake for several at once.
        story.Host.Write($"{Units}.timer.d/fake.conf", "[Timer]\nAccuracySec=100ms\n");
        story.Host.Write(
            $"{Units}.service.d/fake.conf",
            // The repository, which hosts have their programs of, may lie in a folder that the sandbox hides.
            $"[Service]\nEnvironment=NIX_CONF_DIR=/etc/nix\nEnvironment=PATH={Path(service)}:/usr/local/bin:/usr/bin:/bin\n"
            + $"BindReadOnlyPaths={string.Join(' ', story.Fleet.Programs)}\n");
        foreach (var (file, content) in config["etc"]!.AsObject())
        {
            if (file is "hostlock/pull.json" or "hostlock/allowed_signers")
                story.Host.Write($"/etc/{file}", (string)content!["text"]!);
        }
        _ = story.Host.Shell("mkdir -p /var/lib/numbers && systemctl daemon-reload").Succeeded;
    }

    // As NixOS writes a unit (nixos/lib/systemd-lib.nix). What it is not known how to write fails the test.
    static string Text(JsonObject unit)
    {
        var sections = new Dictionary<string, StringBuilder>
        {
            ["Unit"] = new(),
            ["Service"] = new(),
            ["Timer"] = new(),
            ["Install"] = new(),
        };
        foreach (var (key, value) in unit)
        {
            switch (key)
            {
                case "description":
                    sections["Unit"].Append($"Description={value}\n");
                    break;
                case "wants" or "after":
                    sections["Unit"].Append($"{char.ToUpperInvariant(key[0])}{key[1..]}={string.Join(' ', value!.AsArray())}\n");
                    break;
                case "wantedBy":
                    sections["Install"].Append($"WantedBy={string.Join(' ', value!.AsArray())}\n");
                    break;
                case "path":
                    sections["Service"].Append($"Environment=PATH={Path(unit)}\n");
                    break;
                case "environment":
                    foreach (var (name, setting) in value!.AsObject())
                        sections["Service"].Append($"Environment={name}={Word(setting!)}\n");
                    break;
                case "unitConfig" or "serviceConfig" or "timerConfig":
                    foreach (var (name, setting) in value!.AsObject())
                        sections[$"{char.ToUpperInvariant(key[0])}{key[1..^"Config".Length]}"].Append($"{name}={Word(setting!)}\n");
                    break;
                default:
                    Assert.Contains(key, ForSwitches);
                    break;
            }
        }
        return string.Concat(sections.Where(section => section.Value.Length > 0).Select(section => $"[{section.Key}]\n{section.Value}\n"));
    }

    static string Word(JsonNode setting) => setting.GetValueKind() switch
    {
        System.Text.Json.JsonValueKind.True => "true",
        System.Text.Json.JsonValueKind.False => "false",
        _ => setting.ToString(),
    };

    static string Path(JsonObject service) =>
        string.Join(':', service["path"]!.AsArray().SelectMany(folder => new[] { $"{folder}/bin", $"{folder}/sbin" }));

    [GeneratedRegex("(?<=ExecStart=)[^ \n]*-hostlock-[0-9.]+/bin/")]
    private static partial Regex OwnPlace();
}
