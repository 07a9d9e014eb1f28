// Renders the chart's templates with Go's own text/template, as Helm does, and with those of Helm's functions that they use:
// go run render-chart.go '{"Values": …, "Release": …, "Chart": …}' template…
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"text/template"
)

func main() {
	var scope map[string]any
	decoder := json.NewDecoder(strings.NewReader(os.Args[1]))
	decoder.UseNumber()
	if err := decoder.Decode(&scope); err != nil {
		panic(err)
	}
	functions := template.FuncMap{
		"quote":    func(value any) string { return fmt.Sprintf("%q", fmt.Sprint(value)) },
		"toString": func(value any) string { return fmt.Sprint(value) },
		"toJson": func(value any) (string, error) {
			text, err := json.Marshal(value)
			return string(text), err
		},
		"default": func(other, value any) any {
			if value == nil || value == "" {
				return other
			}
			return value
		},
	}
	for _, file := range os.Args[2:] {
		text, err := os.ReadFile(file)
		if err != nil {
			panic(err)
		}
		parsed := template.Must(template.New(file).Funcs(functions).Option("missingkey=error").Parse(string(text)))
		fmt.Println("---")
		if err := parsed.Execute(os.Stdout, scope); err != nil {
			panic(err)
		}
	}
}
