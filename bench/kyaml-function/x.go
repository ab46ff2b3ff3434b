package main
import ("sigs.k8s.io/kustomize/kyaml/fn/framework";"sigs.k8s.io/kustomize/kyaml/fn/framework/command";"sigs.k8s.io/kustomize/kyaml/yaml")
var _ = framework.Execute
var _ = command.Build
var _ = yaml.Parse
func main(){}
