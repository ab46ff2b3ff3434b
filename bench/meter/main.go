// Runs one command with its stdin and stdout on files and prints what wait4 says of it and of the children it waited for:
//
//	meter STDIN STDOUT COMMAND [ARGUMENT...]  ->  {"wallMs": 31.7, "peakKb": 51200, "code": 0}
//
// A program of its own, because Node cannot ask for a child's peak memory, and small, because a new process inherits the peak of the one
// that starts it.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

func main() {
	if err := measure(os.Args[1], os.Args[2], os.Args[3:]); err != nil {
		fmt.Fprintln(os.Stderr, "meter:", err)
		os.Exit(1)
	}
}

func measure(stdin, stdout string, command []string) error {
	input, err := os.Open(stdin)
	if err != nil {
		return err
	}
	output, err := os.Create(stdout)
	if err != nil {
		return err
	}
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = input, output, os.Stderr
	started := time.Now()
	if err := cmd.Run(); cmd.ProcessState == nil {
		return err
	}
	wall := time.Since(started)
	usage := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	peakKb := usage.Maxrss
	if runtime.GOOS == "darwin" { // there it is in bytes
		peakKb /= 1024
	}
	return json.NewEncoder(os.Stdout).Encode(map[string]any{
		"wallMs": float64(wall.Microseconds()) / 1000,
		"peakKb": peakKb,
		"code":   cmd.ProcessState.ExitCode(),
	})
}
