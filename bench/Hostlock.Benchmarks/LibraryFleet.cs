using System.Diagnostics;

namespace Hostlock.Benchmarks;

/// <summary>
/// One configuration of so many modules twice: in a flake as Nix knows it, and wrapped in hostlock.nix with seven hosts. Both locks are the
/// same bytes. Of twelve inputs, each with a module of the host, every second is a tarball, as those of forges are; the others are in git.
/// </summary>
sealed class LibraryFleet
{
    const int Inputs = 12;

    static readonly string[] Hosts = ["plex", "dobro", "zeeba", "orc", "imbp", "nixahi", "matcha"];

    int _sources;

    public required string Native { get; init; }

    public required string Wrapped { get; init; }

    public static LibraryFleet Make(string root, string work, int modules, IReadOnlyDictionary<string, string> variables, string hostlock)
    {
        var (native, wrapped) = (Path.Combine(work, "native"), Path.Combine(work, "wrapped"));
        var declared = $"    nixpkgs.url = \"{Input("nixpkgs", folder => CopyStandIn(root, folder), isTarball: true)}\";\n"
            + string.Concat(Enumerable.Range(1, Inputs - 1).Select(i =>
                $"    input{i}.url = \"{Input($"input{i}", folder => WriteInput(folder, i), isTarball: i % 2 == 0)}\";\n    "
                    + $"input{i}.inputs.nixpkgs.follows = \"nixpkgs\";\n"));
        const string outputs = """
            { self, nixpkgs, ... }@inputs: {
                nixosConfigurations.plex = nixpkgs.lib.nixosSystem {
                  specialArgs = { inherit inputs; };
                  modules = [ ./modules { networking.hostName = "plex"; } ]
                    ++ map (name: inputs.${name}.module) (builtins.filter (name: inputs.${name} ? module) (builtins.attrNames inputs));
                };
              }
            """;
        foreach (var folder in (string[])[native, wrapped])
        {
            var function = folder == native ? outputs : $"inputs: import ./hostlock.nix inputs ({outputs})";
            Write(folder, "flake.nix", $"{{\n  inputs = {{\n{declared}  }};\n  outputs = {function};\n}}\n");
            Write(
                folder,
                "modules/default.nix",
                $"{{ ... }}: {{ imports = [ {string.Join(' ', Enumerable.Range(0, modules).Select(i => $"./module{i}.nix"))} ]; }}\n");
            for (var i = 0; i < modules; i++)
                Write(folder, $"modules/module{i}.nix", Module(i));
        }
        Write(wrapped, "hostlock.nix", File.ReadAllText(Path.Combine(root, "nix/hostlock.nix")));
        Write(
            wrapped,
            "hostlock.toml",
            $"version = 1\noutputs = [\"nixosConfigurations\"]\n{string.Concat(Hosts.Select(host => $"[hosts.{host}]\n"))}");
        Run(variables, hostlock, "-C", native, "lock", "root");
        foreach (var host in Hosts)
            Write(wrapped, $"locks/{host}.lock", File.ReadAllText(Path.Combine(native, "flake.lock")));
        Write(wrapped, "flake.lock", File.ReadAllText(Path.Combine(native, "flake.lock")));
        Commit(native);
        Commit(wrapped);
        return new() { Native = native, Wrapped = wrapped };

        string Input(string name, Action<string> write, bool isTarball)
        {
            var folder = Path.Combine(work, "inputs", name);
            write(folder);
            if (!isTarball)
            {
                Commit(folder);
                return $"git+file://{folder}";
            }
            Run(variables, "tar", "-C", Path.GetDirectoryName(folder)!, "-czf", $"{folder}.tar.gz", name);
            return $"file://{folder}.tar.gz";
        }
    }

    /// <summary>Commits a file that no host reads, in both fleets.</summary>
    public void AnotherSource()
    {
        _sources++;
        foreach (var folder in (string[])[Native, Wrapped])
        {
            Write(folder, "notes", $"{_sources}\n");
            Commit(folder);
        }
    }

    static void CopyStandIn(string root, string folder)
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(root, "nix/tests/pkgs")))
            Write(folder, Path.GetFileName(file), File.ReadAllText(file));
    }

    static void WriteInput(string folder, int i) =>
        Write(folder, "flake.nix", $$"""
            {
              inputs.nixpkgs.url = "path:/nowhere";
              outputs = { self, nixpkgs }: { module = { lib, ... }: { environment.etc."input{{i}}".source = "${self}"; }; };
            }
            """);

    // As modules of NixOS are: options with types and defaults, and settings under a condition.
    static string Module(int i) => $$"""
        { config, lib, pkgs, ... }:
        let
          inherit (lib) mkEnableOption mkIf mkOption types;
          cfg = config.services.s{{i}};
        in
        {
          options.services.s{{i}} = {
            enable = mkEnableOption "service {{i}}";
            package = mkOption { type = types.package; default = pkgs.git; description = "The package."; };
            user = mkOption { type = types.str; default = "s{{i}}"; };
            config = mkOption { type = types.lines; default = ""; };
            settings = mkOption { type = types.attrsOf types.str; default = { }; };
          };
          config = mkIf cfg.enable {
            environment.etc."s{{i}}.conf".source = builtins.toFile "s{{i}}.conf" (cfg.config + builtins.toJSON cfg.settings);
            environment.systemPackages = [ cfg.package ];
          };
        }
        """ + (i % 3 == 0 ? $$"""
         // {
          imports = [ ({ ... }: { services.s{{i}} = { enable = true; settings.port = "{{8000 + i}}"; config = "of module {{i}}"; }; }) ];
        }
        """ : "");

    static void Write(string folder, string file, string text)
    {
        var path = Path.Combine(folder, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    static void Commit(string folder)
    {
        var git = new Dictionary<string, string>();
        if (!Directory.Exists(Path.Combine(folder, ".git")))
            Run(git, "git", "-C", folder, "init", "-q", "-b", "main");
        Run(git, "git", "-C", folder, "add", "-A");
        Run(git, "git", "-C", folder, "-c", "user.name=bench", "-c", "user.email=bench@example.org", "commit", "-q", "-m", "all");
    }

    static void Run(IReadOnlyDictionary<string, string> variables, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true };
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: exit {process.ExitCode}");
    }
}
