// The `fn` and `live` commands of kpt. Its own main cannot be built: it needs a module that is not published.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/kptdev/kpt/commands/fn"
	"github.com/kptdev/kpt/commands/live"
	"github.com/kptdev/kpt/pkg/lib/errors"
	"github.com/kptdev/kpt/pkg/lib/errors/resolver"
	"github.com/kptdev/kpt/pkg/printer"
	"github.com/spf13/cobra"
)

func main() {
	kpt := &cobra.Command{Use: "kpt", SilenceUsage: true, SilenceErrors: true}
	kpt.PersistentFlags().BoolVar(&printer.TruncateOutput, "truncate-output", true, "shorten long output")
	ctx := printer.WithContext(context.Background(), printer.New(os.Stdout, os.Stderr))
	kpt.AddCommand(fn.GetCommand(ctx, "kpt"), live.GetCommand(ctx, "kpt", "1.0.0-beta.60"))
	if err := kpt.Execute(); err != nil {
		os.Exit(report(err))
	}
}

// report prints the error as kpt's own main does, and says which exit code it calls for.
func report(err error) int {
	if resolved, ok := resolver.ResolveError(err); ok {
		fmt.Fprintln(os.Stderr, resolved.Message)
		return resolved.ExitCode
	}
	var kptErr *errors.Error
	if errors.As(err, &kptErr) {
		if unwrapped, ok := errors.UnwrapErrors(kptErr); ok {
			err = unwrapped
		}
	}
	fmt.Fprintf(os.Stderr, "Error: %v\n", err)
	return 1
}
