// The yardstick of the bench: the same render as a plain KRM function on the kyaml framework. It emits the same objects for pinned
// Processes of the form that the bench makes; it checks far less. With --nothing it reads and writes the list and does nothing else.
package main

import (
	"fmt"
	"os"

	"sigs.k8s.io/kustomize/kyaml/fn/framework"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

func main() {
	render := framework.ResourceListProcessorFunc(renderAll)
	if len(os.Args) > 1 && os.Args[1] == "--nothing" {
		render = func(*framework.ResourceList) error { return nil }
	}
	if err := framework.Execute(render, nil); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func renderAll(list *framework.ResourceList) error {
	definitions, err := storedDefinitions(list.Items)
	if err != nil {
		return err
	}
	var added []*yaml.RNode
	for _, item := range list.Items {
		if item.GetKind() != "Process" || item.GetApiVersion() != "ameide.io/v1" {
			continue
		}
		deployment, err := renderProcess(item, definitions)
		if err != nil {
			return fmt.Errorf("process %q: %w", item.GetName(), err)
		}
		added = append(added, deployment)
	}
	list.Items = append(list.Items, added...)
	return nil
}

// renderProcess annotates the Process and gives its Deployment.
func renderProcess(item *yaml.RNode, definitions map[definitionKey]bool) (*yaml.RNode, error) {
	var process Process
	if err := item.YNode().Decode(&process); err != nil {
		return nil, err
	}
	ref := process.Spec.DefinitionRef
	if !definitions[definitionKey{ref.Pin.ID, ref.TenantID, ref.Pin.Checksum}] {
		return nil, fmt.Errorf("no ConfigMap holds %s version %d (%s)", ref.Pin.ID, ref.Pin.Version, ref.Pin.Checksum)
	}
	hash, err := specHash(item)
	if err != nil {
		return nil, err
	}
	if err := item.PipeE(yaml.SetAnnotation(renderedFromAnnotation, hash)); err != nil {
		return nil, err
	}
	var node yaml.Node
	if err := node.Encode(workerDeployment(process, hash)); err != nil {
		return nil, err
	}
	return yaml.NewRNode(&node), nil
}
