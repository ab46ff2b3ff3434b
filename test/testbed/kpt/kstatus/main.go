// What kstatus, by which kpt waits, says of objects: a JSON array on stdin, one line for each on stdout, its status and its message.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/cli-utils/pkg/kstatus/status"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	var objects []json.RawMessage
	if err := json.NewDecoder(os.Stdin).Decode(&objects); err != nil {
		return err
	}
	for _, object := range objects {
		var u unstructured.Unstructured
		if err := u.UnmarshalJSON(object); err != nil {
			return err
		}
		result, err := status.Compute(&u)
		if err != nil {
			return err
		}
		line, err := json.Marshal(map[string]string{"status": result.Status.String(), "message": result.Message})
		if err != nil {
			return err
		}
		fmt.Println(string(line))
	}
	return nil
}
