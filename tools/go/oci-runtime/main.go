// Command oci-runtime is runc for an engine whose own root is restricted: it takes out of a container's specification
// what this host cannot grant (capabilities outside its bounding set, negative oom scores, raised resource limits),
// then becomes runc. Where the host holds everything, it changes nothing but the resource limits.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// Linux capabilities in the order of their bit (include/uapi/linux/capability.h).
var capabilities = strings.Fields(`CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP
	LINUX_IMMUTABLE NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT
	SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE
	AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE`)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "oci-runtime:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if file, inBundle := specification(args); file != "" {
		if err := restrict(file, inBundle); err != nil {
			return err
		}
	}
	runc, err := exec.LookPath("runc")
	if err != nil {
		return err
	}
	return syscall.Exec(runc, append([]string{"runc"}, args...), os.Environ())
}

// specification names the file that describes the process to start: a bundle's config.json (process below a key), or
// the argument of `exec --process` (the process itself).
func specification(args []string) (file string, inBundle bool) {
	switch {
	case slices.ContainsFunc(args, func(a string) bool { return a == "create" || a == "run" || a == "restore" }):
		bundle := option(args, "--bundle", "-b")
		if bundle == "" {
			bundle = "."
		}
		return filepath.Join(bundle, "config.json"), true
	case slices.Contains(args, "exec"):
		return option(args, "--process", "-p"), false
	}
	return "", false
}

func option(args []string, long, short string) string {
	for i, a := range args {
		if value, ok := strings.CutPrefix(a, long+"="); ok {
			return value
		}
		if (a == long || a == short) && i+1 < len(args) {
			return args[i+1]
		}
	}
	return ""
}

func restrict(file string, inBundle bool) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var spec map[string]any
	if err := json.Unmarshal(text, &spec); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	process := spec
	if inBundle {
		process, _ = spec["process"].(map[string]any)
	}
	if process == nil {
		return nil
	}
	held, err := boundingSet()
	if err != nil {
		return err
	}
	if sets, ok := process["capabilities"].(map[string]any); ok {
		for name, set := range sets {
			list, _ := set.([]any)
			sets[name] = slices.DeleteFunc(list, func(c any) bool { s, _ := c.(string); return !held[s] })
		}
	}
	if score, ok := process["oomScoreAdj"].(float64); ok && score < 0 {
		process["oomScoreAdj"] = 0
	}
	process["rlimits"] = []any{}
	if text, err = json.Marshal(spec); err != nil {
		return err
	}
	return os.WriteFile(file, text, 0o600)
}

func boundingSet() (map[string]bool, error) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return nil, err
	}
	_, rest, _ := strings.Cut(string(status), "CapBnd:")
	line, _, _ := strings.Cut(rest, "\n")
	mask, err := strconv.ParseUint(strings.TrimSpace(line), 16, 64)
	if err != nil {
		return nil, fmt.Errorf("/proc/self/status, CapBnd: %w", err)
	}
	held := map[string]bool{}
	for bit, name := range capabilities {
		held["CAP_"+name] = mask>>bit&1 == 1
	}
	return held, nil
}
