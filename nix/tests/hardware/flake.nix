{
  description = "A stand-in for nixos-hardware: modules for machines";
  outputs = { self }: {
    laptop = { ... }: { services.tlp.enable = true; };
  };
}
