using Hostlock.Flakes;
using Hostlock.Nar;

namespace Hostlock.Tests.Flakes;

public class SelfSightTests
{
    [Theory]
    [InlineData("{ self, nixpkgs, ... }@inputs: nixpkgs.lib.nixosSystem { specialArgs = { inherit inputs self; }; }")]
    [InlineData("{ inputs, ... }: { imports = [ inputs.home.nixosModules.home ./disk.nix ../modules ]; }")]
    [InlineData("{ inputs, ... }: { nixpkgs.overlays = [ inputs.self.overlays.default ]; }")]
    [InlineData("{ self, ... }: { imports = [ self.nixosModules.common ]; }")]
    [InlineData("{ self, ... }@all: { home.extraSpecialArgs = { inputs = all; } // { x = 1; }; }")]
    [InlineData("{ inputs, ... }: { _module.args = { inherit inputs; }; }")]
    [InlineData("{ self, ... }@inputs: import ./hosts.nix { inherit inputs self; }")]
    [InlineData("{ inputs, ... }: { inherit (inputs) nixpkgs home; }")]
    [InlineData("{ inputs, ... }: if inputs ? hardware then 1 else 2")]
    [InlineData("{ src = { owner = \"a\"; rev = \"b\"; }; narHash = 1; }")]
    [InlineData("{ \"self\" = 1; }")]
    [InlineData("{ x = ./secret.age; y = \"${./motd}\"; z = /etc/x; n = ./hosts/${\"a\"}.nix; }")]
    public void Code_that_names_its_files_sees_nothing_more(string code) => Assert.Null(Seen(code));

    [Theory]
    [InlineData("{ self, ... }: self.rev or \"dirty\"", "self")]
    [InlineData("{ self, ... }: \"${self}/x\"", "self")]
    [InlineData("{ self, ... }: self.nixosConfigurations.web.config", "self")]
    [InlineData("{ inputs, ... }: inputs.self.outPath", "inputs.self.outPath")]
    [InlineData("{ inputs, ... }: inputs.self", "inputs.self")]
    [InlineData("{ inputs, ... }: builtins.attrValues inputs", "inputs")]
    [InlineData("{ inputs, ... }: with inputs; 1", "inputs")]
    [InlineData("{ inputs, name, ... }: inputs.${name}", "inputs")]
    [InlineData("{ inputs, ... }: { inherit (inputs) self; }", "{ inherit (inputs) self; }")]
    [InlineData("{ self, ... }: { inherit (self) rev; }", "self")]
    [InlineData("{ self, ... }@all: builtins.attrNames all", "all")]
    [InlineData("{ self, ... }@inputs: inputs.parts.mkFlake { inherit inputs; } { }", "inputs")]
    [InlineData("{ self, ... }: { specialArgs = { flake = self; }; }", "self")]
    [InlineData("args: args.inputs.self.narHash", "args.inputs.self.narHash")]
    [InlineData("args: builtins.attrNames args.inputs", "args.inputs")]
    [InlineData("{ x = builtins.readFile ./../locks/web.lock; }", "./../locks/web.lock")]
    [InlineData("host: builtins.readFile ../locks/${host}.lock", "../locks/${host}.lock")]
    [InlineData("host: builtins.readFile (../. + \"/locks/${host}.lock\")", "../.")]
    [InlineData("{ src = ../../..; }", "../../..")]
    [InlineData("builtins.readDir ../locks", "../locks")]
    [InlineData("toString ./disk.nix", "toString ./disk.nix")]
    [InlineData("builtins.toString ./disk.nix", "builtins.toString ./disk.nix")]
    [InlineData("builtins.getFlake \"x\"", "builtins.getFlake")]
    [InlineData("__curPos.file", "__curPos")]
    [InlineData("import ./data.txt", "import ./data.txt")]
    [InlineData("{ documentation.nixos.includeAllModules = true; }", "documentation.nixos.includeAllModules")]
    public void Code_that_may_see_more_is_named(string code, string seen) => Assert.StartsWith(seen, Seen(code), StringComparison.Ordinal);

    [Theory]
    [InlineData("inputs: import ./hostlock.nix inputs ({ self, nixpkgs, ... }@all: { x = all.nixpkgs; })", null)]
    [InlineData("flake: flake.nixpkgs", null)]
    [InlineData("flake: map flake", "flake")]
    [InlineData("inputs: import ./hostlock.nix inputs (all: map all)", "all")]
    public void The_argument_of_the_outputs_is_all_inputs(string outputs, string? seen) =>
        Assert.Equal(seen, Seen($"{{ outputs = {outputs}; }}"));

    static string? Seen(string code) =>
        SelfSight.FirstIn(new("x.nix", code), TreePath.Parse("hosts"), [TreePath.Parse("locks/web.lock")]) is { } span ? span.Text : null;
}
