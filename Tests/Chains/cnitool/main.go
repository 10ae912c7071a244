// A container runtime's part, played by libcni itself: chaining, the result cache, capabilities. Called and configured
// like the cnitool of the CNI project, which Debian's package of libcni leaves out.
//
//	cnitool add|check|del NETWORK NETNS
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/containernetworking/cni/libcni"
)

func main() {
	if len(os.Args) != 4 {
		fail(fmt.Errorf("usage: cnitool add|check|del NETWORK NETNS"))
	}
	list, err := libcni.LoadConfList(os.Getenv("NETCONFPATH"), os.Args[2])
	fail(err)
	attachment, err := attachment(os.Args[3])
	fail(err)
	fail(carryOut(os.Args[1], list, attachment))
}

func carryOut(verb string, list *libcni.NetworkConfigList, attachment *libcni.RuntimeConf) error {
	runtime := libcni.NewCNIConfig(filepath.SplitList(os.Getenv("CNI_PATH")), nil)
	switch verb {
	case "add":
		result, err := runtime.AddNetworkList(context.Background(), list, attachment)
		if err != nil {
			return err
		}
		return result.Print()
	case "check":
		return runtime.CheckNetworkList(context.Background(), list, attachment)
	case "del":
		return runtime.DelNetworkList(context.Background(), list, attachment)
	}
	return fmt.Errorf("unknown verb %s", verb)
}

// attachment is what the runtime knows of the container; the path of its namespace gives it its name.
func attachment(namespace string) (*libcni.RuntimeConf, error) {
	attachment := &libcni.RuntimeConf{
		ContainerID: filepath.Base(namespace), NetNS: namespace, IfName: os.Getenv("CNI_IFNAME"),
	}
	if attachment.IfName == "" {
		attachment.IfName = "eth0"
	}
	if arguments := os.Getenv("CNI_ARGS"); arguments != "" {
		for _, pair := range strings.Split(arguments, ";") {
			key, value, _ := strings.Cut(pair, "=")
			attachment.Args = append(attachment.Args, [2]string{key, value})
		}
	}
	if capabilities := os.Getenv("CAP_ARGS"); capabilities != "" {
		return attachment, json.Unmarshal([]byte(capabilities), &attachment.CapabilityArgs)
	}
	return attachment, nil
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
