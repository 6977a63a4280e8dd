#!/bin/sh
# The activation script of a fake host: what runs is @out@ from here on.
ln -sfn @out@/etc/systemd/system /etc/systemd/system.new
[ -L /etc/systemd/system ] || rm -rf /etc/systemd/system
mv -T /etc/systemd/system.new /etc/systemd/system
case @network@ in
    yes) ip link set eth0 up ;;
    no) ip link set eth0 down ;;
esac
case @sshd@ in
    yes) rm -f /run/fake/no-sshd; [ ! -e /run/fake/up ] || systemctl start sshd.service ;;
    no) : >/run/fake/no-sshd; [ ! -e /run/fake/up ] || systemctl stop sshd.service ;;
esac
ln -sfn @out@ /run/current-system.new
mv -T /run/current-system.new /run/current-system
