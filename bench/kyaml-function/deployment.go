package main

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

const mountPath = "/etc/process-definition"

type object = map[string]any

func workerDeployment(process Process, hash string) object {
	spec := process.Spec
	selector := map[string]string{
		"ameide.io/process": process.Metadata.Name,
		"ameide.io/queue":   hashOf([]byte(spec.Temporal.Namespace + "\n" + spec.Temporal.TaskQueue))[:10],
		"ameide.io/track":   "stable",
	}
	podLabels := workerLabels(process)
	maps.Copy(podLabels, selector)
	labels := maps.Clone(process.Metadata.Labels)
	maps.Copy(labels, podLabels)
	return object{
		"apiVersion": "apps/v1",
		"kind":       "Deployment",
		"metadata": object{
			"name":      process.Metadata.Name + "-process",
			"namespace": process.Metadata.Namespace,
			"labels":    labels,
			"annotations": map[string]string{
				"ameide.io/generated-for": process.Metadata.Name,
				renderedFromAnnotation:    hash,
			},
		},
		"spec": object{
			"replicas": spec.Worker.Replicas,
			"selector": object{"matchLabels": selector},
			"strategy": object{"type": spec.Rollout.Strategy},
			"template": object{
				"metadata": object{"labels": podLabels},
				"spec":     podSpec(process),
			},
		},
	}
}

func workerLabels(process Process) map[string]string {
	labels := map[string]string{
		"app.kubernetes.io/component":  "worker",
		"app.kubernetes.io/instance":   process.Metadata.Name,
		"app.kubernetes.io/managed-by": "ameide-process",
		"app.kubernetes.io/name":       process.Metadata.Name,
		"app.kubernetes.io/part-of":    "ameide",
		"ameide.io/primitive":          "process",
	}
	for _, key := range []string{"ameide.io/environment", "ameide.io/tenant-id", "ameide.io/tenant-kind", "ameide.io/tier"} {
		if value, ok := process.Metadata.Labels[key]; ok {
			labels[key] = value
		}
	}
	return labels
}

func podSpec(process Process) object {
	return object{
		"automountServiceAccountToken": false,
		"securityContext":              object{"runAsNonRoot": true, "seccompProfile": object{"type": "RuntimeDefault"}},
		"containers":                   []object{container(process)},
		"volumes":                      []object{definitionVolume(process), {"name": "tmp", "emptyDir": object{}}},
	}
}

func container(process Process) object {
	worker := object{
		"name":            "worker",
		"image":           process.Spec.Image,
		"imagePullPolicy": "IfNotPresent",
		"env":             append(workerEnv(process), process.Spec.Worker.Env...),
		"securityContext": object{
			"allowPrivilegeEscalation": false,
			"capabilities":             object{"drop": []string{"ALL"}},
			"readOnlyRootFilesystem":   true,
		},
		"volumeMounts": []object{
			{"name": "definition", "mountPath": mountPath, "readOnly": true},
			{"name": "tmp", "mountPath": "/tmp"},
		},
	}
	if resources := process.Spec.Worker.Resources; resources.Kind == yaml.MappingNode {
		worker["resources"] = &resources
	}
	return worker
}

func workerEnv(process Process) []EnvVar {
	spec := process.Spec
	pin := spec.DefinitionRef.Pin
	return []EnvVar{
		{"TEMPORAL_ADDRESS", "temporal-frontend:7233"},
		{"TEMPORAL_NAMESPACE", spec.Temporal.Namespace},
		{"TASK_QUEUE", spec.Temporal.TaskQueue},
		{"TEMPORAL_TASK_QUEUE", spec.Temporal.TaskQueue},
		{"PROCESS_NAME", process.Metadata.Name},
		{"PROCESS_DEFINITION_ID", spec.DefinitionRef.ID},
		{"AMEIDE_PROCESS_DEFINITION_ID", spec.DefinitionRef.ID},
		{"PROCESS_DEFINITION_VERSION", strconv.FormatInt(pin.Version, 10)},
		{"PROCESS_DEFINITION_CHECKSUM", pin.Checksum},
		{"PROCESS_DEFINITION_PATH", mountPath + "/" + definitionFile},
		{"TENANT_ID", spec.DefinitionRef.TenantID},
		{"MAX_CONCURRENCY_PER_TENANT", strconv.Itoa(spec.Rollout.MaxConcurrencyPerTenant)},
		{"LOG_LEVEL", spec.Observability.LogLevel},
		{"OTEL_RESOURCE_ATTRIBUTES", resourceAttributes(spec.Observability.MetricsTags)},
	}
}

func resourceAttributes(tags map[string]string) string {
	var pairs []string
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		pairs = append(pairs, url.QueryEscape(key)+"="+url.QueryEscape(tags[key]))
	}
	return strings.Join(pairs, ",")
}

func definitionVolume(process Process) object {
	hex := strings.TrimPrefix(process.Spec.DefinitionRef.Pin.Checksum, "sha256:")
	return object{
		"name": "definition",
		"projected": object{"sources": []object{{"configMap": object{
			"name": process.Metadata.Name + "-definition-" + hex[:10],
			"items": []object{
				{"key": definitionFile, "path": definitionFile},
				{"key": definitionFile, "path": hex + "/" + definitionFile},
			},
		}}}},
	}
}
