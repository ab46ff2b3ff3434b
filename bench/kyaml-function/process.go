package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

const (
	renderedFromAnnotation = "ameide.io/rendered-from"
	definitionFile         = "definition.json"
)

// Process is the part of the resource that the bench's input uses.
type Process struct {
	Metadata struct {
		Name      string            `yaml:"name"`
		Namespace string            `yaml:"namespace"`
		Labels    map[string]string `yaml:"labels"`
	} `yaml:"metadata"`
	Spec struct {
		Image         string `yaml:"image"`
		DefinitionRef struct {
			ID       string `yaml:"id"`
			TenantID string `yaml:"tenantId"`
			Pin      struct {
				ID       string `yaml:"id"`
				Version  int64  `yaml:"version"`
				Checksum string `yaml:"checksum"`
			} `yaml:"pin"`
		} `yaml:"definitionRef"`
		Temporal struct {
			Namespace string `yaml:"namespace"`
			TaskQueue string `yaml:"taskQueue"`
		} `yaml:"temporal"`
		Rollout struct {
			Strategy                string `yaml:"strategy"`
			MaxConcurrencyPerTenant int    `yaml:"maxConcurrencyPerTenant"`
		} `yaml:"rollout"`
		Observability struct {
			LogLevel    string            `yaml:"logLevel"`
			MetricsTags map[string]string `yaml:"metricsTags"`
		} `yaml:"observability"`
		Worker struct {
			Replicas  int       `yaml:"replicas"`
			Resources yaml.Node `yaml:"resources"`
			Env       []EnvVar  `yaml:"env"`
		} `yaml:"worker"`
	} `yaml:"spec"`
}

type EnvVar struct {
	Name  string `yaml:"name"`
	Value string `yaml:"value"`
}

type definitionKey struct{ id, tenantID, checksum string }

// storedDefinitions finds the definitions in the ConfigMaps and checks their bytes.
func storedDefinitions(items []*yaml.RNode) (map[definitionKey]bool, error) {
	found := map[definitionKey]bool{}
	for _, item := range items {
		if item.GetKind() != "ConfigMap" {
			continue
		}
		annotations := item.GetAnnotations()
		key := definitionKey{
			annotations["ameide.io/definition-id"],
			annotations["ameide.io/definition-tenant"],
			annotations["ameide.io/definition-checksum"],
		}
		if key.checksum == "" {
			continue
		}
		text := item.GetDataMap()[definitionFile]
		if sum := "sha256:" + hashOf([]byte(text)); sum != key.checksum {
			return nil, fmt.Errorf("ConfigMap %q should hold %s but holds %s", item.GetName(), key.checksum, sum)
		}
		found[key] = true
	}
	return found, nil
}

// specHash is the hash of the spec, whatever the order of its keys.
func specHash(item *yaml.RNode) (string, error) {
	var process struct {
		Spec map[string]any `yaml:"spec"`
	}
	if err := item.YNode().Decode(&process); err != nil {
		return "", err
	}
	var canonical bytes.Buffer
	encoder := json.NewEncoder(&canonical)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(process.Spec); err != nil {
		return "", err
	}
	return hashOf(bytes.TrimSuffix(canonical.Bytes(), []byte("\n")))[:16], nil
}

func hashOf(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
