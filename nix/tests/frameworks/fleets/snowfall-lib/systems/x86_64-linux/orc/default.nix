{ ... }: { services.backup = true; }
